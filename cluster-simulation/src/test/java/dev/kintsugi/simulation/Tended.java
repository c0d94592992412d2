package dev.kintsugi.simulation;

/**
 * How long a slot has had an owner who serves it and reads its log. Not thread-safe.
 *
 * <p>Only such an owner can repair void records before compaction gets to them. That the slot has
 * one for most of each compaction lag is a condition that the design states as a limit, not a
 * guarantee; so the simulated Kafka does not compact a log that has been without one for long.
 */
final class Tended {

  private final long longNanos;
  private long lastNanos;
  private long sinceNanos;

  /**
   * A slot that nobody has served yet.
   *
   * @param longNanos how long it may be without an owner
   */
  Tended(long longNanos) {
    this.longNanos = longNanos;
  }

  /** Somebody serves the slot and reads its log. */
  void at(long nowNanos) {
    if (nowNanos - lastNanos > longNanos) {
      sinceNanos = nowNanos;
    }
    lastNanos = nowNanos;
  }

  /** Whether its void records have had an owner to repair them. */
  boolean lately(long nowNanos) {
    return nowNanos - lastNanos <= longNanos && nowNanos - sinceNanos >= longNanos;
  }
}
