package dev.kintsugi.node.runtime.life;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The moment at which somebody stops waiting.
 *
 * @param nanos a reading of {@code ticker}
 * @param ticker elapsed time in nanoseconds
 */
public record Deadline(long nanos, LongSupplier ticker) {

  private static final Duration LEAST = Duration.ofMillis(1);

  /** By {@link System#nanoTime}. */
  public static Deadline in(Duration patience) {
    return in(patience, System::nanoTime);
  }

  public static Deadline in(Duration patience, LongSupplier ticker) {
    return new Deadline(ticker.getAsLong() + patience.toNanos(), ticker);
  }

  /** What is left of it; never less than a millisecond. */
  public Duration left() {
    Duration left = Duration.ofNanos(nanos - ticker.getAsLong());
    return left.compareTo(LEAST) > 0 ? left : LEAST;
  }

  public boolean passed() {
    return ticker.getAsLong() - nanos >= 0;
  }
}
