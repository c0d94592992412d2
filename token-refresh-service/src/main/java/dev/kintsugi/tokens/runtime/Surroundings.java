package dev.kintsugi.tokens.runtime;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Time and chance, as the runtime takes them from outside.
 *
 * @param clock wall time
 * @param ticker elapsed nanoseconds since an arbitrary origin
 * @param random thread-safe
 */
public record Surroundings(
    InstantSource clock, LongSupplier ticker, Pauses pauses, RandomGenerator random) {

  Instant now() {
    return clock.instant();
  }

  long nanos() {
    return ticker.getAsLong();
  }

  double chance() {
    return random.nextDouble();
  }
}
