package dev.kintsugi.log;

import java.time.Instant;

/** When something was asked, by both clocks. */
record Asked(long nanos, Instant wall) {
  static Asked now() {
    return new Asked(System.nanoTime(), Instant.now());
  }
}
