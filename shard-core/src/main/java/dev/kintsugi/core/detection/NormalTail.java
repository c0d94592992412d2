package dev.kintsugi.core.detection;

/** The upper tail of the standard normal distribution. Stateless. */
final class NormalTail {
  /*
   * Far out the tail itself is smaller than any double, so its logarithm is computed directly, from
   * Laplace's continued fraction of Mills' ratio [1, 26.2.14]; nearer in, from the rational
   * approximation of the error function [1, 7.1.26], whose absolute error of 1.5e-7 is far below
   * the tail there.
   *
   * [1] Abramowitz and Stegun, Handbook of Mathematical Functions, 1964.
   */

  private static final double FAR = 2;
  private static final int TERMS = 60;
  private static final double LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);
  private static final double LN_10 = Math.log(10);

  private NormalTail() {}

  /** The negative decimal logarithm of P(X &gt; y); relative error below 1e-4. */
  static double negativeLog10(double y) {
    return y >= FAR ? far(y) : -Math.log10(near(y));
  }

  private static double far(double y) {
    double fraction = y;
    for (int k = TERMS; k >= 1; k--) {
      fraction = y + k / fraction;
    }
    return (y * y / 2 + LOG_SQRT_TWO_PI + Math.log(fraction)) / LN_10;
  }

  private static double near(double y) {
    double x = Math.abs(y) / Math.sqrt(2);
    double t = 1 / (1 + 0.3275911 * x);
    double series =
        t
            * (0.254829592
                + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    double upper = series * Math.exp(-x * x) / 2;
    return y >= 0 ? upper : 1 - upper;
  }
}
