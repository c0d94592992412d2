package dev.kintsugi.coordinator.domain;

import java.time.Instant;

/**
 * The present moment on both clocks.
 *
 * @param nanos elapsed time; decides every deadline
 * @param wall shown to people, decides nothing
 */
public record Now(long nanos, Instant wall) {

  /** How long ago a reading of the elapsed clock was, in nanoseconds; wrap-around is harmless. */
  long since(long earlierNanos) {
    return nanos - earlierNanos;
  }
}
