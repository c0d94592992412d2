package dev.kintsugi.tokens.domain;

/**
 * So many a second, and what was not used for a few seconds: a token bucket. Not thread-safe; a
 * call costs O(1).
 */
public final class Budget {

  private static final double SAVED_SECONDS = 2;

  private final double perSecond;
  private final double most;
  private double left;
  private long atNanos;

  /**
   * A budget of which nothing is spent.
   *
   * @param perSecond positive; infinity: no bound
   */
  public Budget(double perSecond, long nowNanos) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("a budget must be positive, got " + perSecond);
    }
    this.perSecond = perSecond;
    this.most = Math.max(1, perSecond * SAVED_SECONDS);
    this.left = most;
    this.atNanos = nowNanos;
  }

  /** How many may be done now. */
  public int left(long nowNanos) {
    if (nowNanos - atNanos > 0) {
      left = Math.min(most, left + perSecond * ((nowNanos - atNanos) / 1e9));
      atNanos = nowNanos;
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }

  /** One was done. */
  public void spend() {
    left--;
  }
}
