package dev.kintsugi.tokens.domain.forecast;

/** Gaps between requests whose logarithm (of 1 + seconds) is normal. Pure functions. */
public final class LogNormalGaps {

  private static final double LEAST_RATE = 1e-7;
  private static final double LEAST_VARIANCE = 0.1;

  private LogNormalGaps() {}

  /** Writes rates as {@link RateModel#rates} does. */
  public static void write(
      double mean, double variance, Intervals pieces, int count, double[] out) {
    double deviation = Math.sqrt(variance + LEAST_VARIANCE);
    double before = Normal.logUpperTail(-mean / deviation);
    for (int i = 0; i < count; i++) {
      double after = Normal.logUpperTail((pieces.logEnd(i) - mean) / deviation);
      out[i] = Math.max(LEAST_RATE, (before - after) / (pieces.end(i) - pieces.start(i)));
      before = after;
    }
  }
}
