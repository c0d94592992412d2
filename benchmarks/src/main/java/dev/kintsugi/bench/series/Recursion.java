package dev.kintsugi.bench.series;

/**
 * A linear recursion {@code x[t] = c[0] x[t-1] + c[1] x[t-2] + …} and whether what it began with
 * dies away. Costs the square of the number of coefficients.
 */
final class Recursion {
  /*
   * Durbin and Levinson's recursion takes partial autocorrelations to coefficients; backwards, it
   * is the test of Schur and Cohn: stable where each partial autocorrelation is within (-1, 1).
   *
   * [1] Monahan, A Note on Enforcing Stationarity in Autoregressive-Moving Average Models,
   *     Biometrika 1984.
   */

  private Recursion() {}

  /** Whether all roots are inside of the unit circle. */
  static boolean dies(double[] coefficients) {
    double[] left = coefficients.clone();
    for (int k = left.length - 1; k >= 0; k--) {
      double partial = left[k];
      if (!(Math.abs(partial) < 1)) {
        return false;
      }
      double rest = 1 - partial * partial;
      for (int i = 0, j = k - 1; i <= j; i++, j--) {
        double one = left[i];
        double other = left[j];
        left[i] = (one + partial * other) / rest;
        left[j] = (other + partial * one) / rest;
      }
    }
    return true;
  }

  /** The coefficients with these partial autocorrelations, each within (-1, 1). */
  static double[] of(double[] partials) {
    double[] coefficients = partials.clone();
    for (int k = 1; k < partials.length; k++) {
      for (int i = 0, j = k - 1; i <= j; i++, j--) {
        double one = coefficients[i];
        double other = coefficients[j];
        coefficients[i] = one - partials[k] * other;
        coefficients[j] = other - partials[k] * one;
      }
    }
    return coefficients;
  }
}
