package dev.kintsugi.node.runtime.life;

import java.time.Duration;

/**
 * The moment at which somebody stops waiting.
 *
 * @param nanos a reading of {@link System#nanoTime}
 */
public record Deadline(long nanos) {

  private static final Duration LEAST = Duration.ofMillis(1);

  public static Deadline in(Duration patience) {
    return new Deadline(System.nanoTime() + patience.toNanos());
  }

  /** What is left of it; never less than a millisecond. */
  public Duration left() {
    Duration left = Duration.ofNanos(nanos - System.nanoTime());
    return left.compareTo(LEAST) > 0 ? left : LEAST;
  }

  public boolean passed() {
    return System.nanoTime() - nanos >= 0;
  }
}
