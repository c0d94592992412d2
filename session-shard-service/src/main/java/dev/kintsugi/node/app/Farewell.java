package dev.kintsugi.node.app;

import java.time.Duration;

/**
 * How long a node that leaves waits for its slots to be moved: as long as they become fewer, and
 * for its patience after that; never longer than it is given in all. Not thread-safe.
 */
final class Farewell {

  /** What a look comes to. */
  enum Outcome {
    WAITS,
    NOTHING_LEFT,
    /** No other node is there to take slots over. */
    NOBODY_THERE,
    /** Nothing has moved for as long as the node is patient. */
    STUCK,
    /** Whatever moves still: who ends this process waits no longer. */
    OUT_OF_TIME
  }

  private final Duration patience;
  private final Duration most;
  private final long sinceNanos;
  private long fewest = Long.MAX_VALUE;
  private long fewestSinceNanos;

  /**
   * One that begins now.
   *
   * @param patience while nothing moves
   * @param most in all
   */
  Farewell(Duration patience, Duration most, long nowNanos) {
    this.patience = patience;
    this.most = most;
    sinceNanos = nowNanos;
    fewestSinceNanos = nowNanos;
  }

  /**
   * Looks again.
   *
   * @param owned how many slots the node has still to do with, as their owner
   */
  Outcome look(long owned, boolean anotherNodeIsThere, long nowNanos) {
    if (owned == 0) {
      return Outcome.NOTHING_LEFT;
    }
    if (!anotherNodeIsThere) {
      return Outcome.NOBODY_THERE;
    }
    if (owned < fewest) {
      fewest = owned;
      fewestSinceNanos = nowNanos;
    }
    if (nowNanos - sinceNanos >= most.toNanos()) {
      return Outcome.OUT_OF_TIME;
    }
    return nowNanos - fewestSinceNanos >= patience.toNanos() ? Outcome.STUCK : Outcome.WAITS;
  }
}
