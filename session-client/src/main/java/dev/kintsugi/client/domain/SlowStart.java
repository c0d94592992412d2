package dev.kintsugi.client.domain;

import java.time.Duration;

/**
 * How many replays may be at a node at once: few at first, one more with each that was answered (so
 * that the number doubles with each round), few again after a failure or a while without any. Told
 * the time. Not thread-safe.
 */
final class SlowStart {

  private final int first;
  private final int most;
  private final long idleNanos;
  private int window;
  private int inside;
  private long lastNanos;

  /**
   * Nobody inside.
   *
   * @param first 1 or greater. Too low: a crowd is let in late; too high: a new owner, whose caches
   *     are cold, gets the whole crowd in its first millisecond
   * @param most {@code first} or greater
   * @param idle after so long without a replay it starts anew
   */
  SlowStart(int first, int most, Duration idle, long nowNanos) {
    if (first < 1 || most < first) {
      throw new IllegalArgumentException(
          "replays at once must begin with 1 or more and not exceed the most, got %d and %d"
              .formatted(first, most));
    }
    this.first = first;
    this.most = most;
    this.idleNanos = idle.toNanos();
    this.window = first;
    this.lastNanos = nowNanos;
  }

  boolean hasRoom(long nowNanos) {
    if (inside == 0 && nowNanos - lastNanos >= idleNanos) {
      window = first;
    }
    return inside < window;
  }

  void enter(long nowNanos) {
    inside++;
    lastNanos = nowNanos;
  }

  void leave(Door.Ending ending, long nowNanos) {
    inside--;
    lastNanos = nowNanos;
    switch (ending) {
      case ANSWERED -> window = Math.min(window + 1, most);
      case FAILED -> window = first;
      case LEFT -> {}
    }
  }

  int inside() {
    return inside;
  }
}
