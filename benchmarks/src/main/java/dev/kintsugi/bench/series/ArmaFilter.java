package dev.kintsugi.bench.series;

/**
 * The Kalman filter of a stationary ARMA series with mean zero and errors of variance one, from its
 * stationary start. An update costs the square of the number of states, which is the larger of p
 * and q + 1. Not thread-safe.
 */
final class ArmaFilter {
  /*
   * Harvey's form: the first state is the series itself, state i what is known of the value i steps
   * ahead. Since the series is observed without noise, an observation leaves nothing unknown of the
   * first state, so prediction shifts the covariance by one place and adds the new error's.
   *
   * The stationary covariance is the sum of T^k R R' T'^k, whose partial sums double in length at
   * each step; a pure moving average needs as many steps as its length has binary digits.
   *
   * [1] Harvey, Time Series Models, 1981, chapter 4.
   * [2] Anderson, Moore, Optimal Filtering, 1979, section 6.7.
   */

  private static final int MOST_DOUBLINGS = 60;

  private final double[] ar;
  private final double[] errorShare;
  private final double[] state;

  /** Its upper triangle only. */
  private final double[][] covariance;

  private final double[] first;

  /** Of a model whose autoregression is stationary. */
  ArmaFilter(LagPolynomial ar, LagPolynomial ma) {
    int states = Math.max(ar.degree(), ma.degree() + 1);
    this.ar = ar.tail(-1, states);
    this.errorShare = new double[states];
    this.errorShare[0] = 1;
    System.arraycopy(ma.tail(1, states - 1), 0, errorShare, 1, states - 1);
    this.state = new double[states];
    this.first = new double[states];
    this.covariance = stationary(this.ar, errorShare);
  }

  /** What the next value is expected to be. */
  double predict() {
    return state[0];
  }

  /** The variance of the next value around its prediction, at least one but for rounding. */
  double variance() {
    return covariance[0][0];
  }

  /** Takes the next value in. */
  void update(double value) {
    int states = state.length;
    double gain = (value - state[0]) / variance();
    double precision = 1 / variance();
    System.arraycopy(covariance[0], 0, first, 0, states);
    for (int i = 0; i < states; i++) {
      boolean last = i + 1 == states;
      state[i] = ar[i] * value + (last ? 0 : state[i + 1] + first[i + 1] * gain);
      double share = last ? 0 : first[i + 1] * precision;
      double[] row = covariance[i];
      for (int j = i; j + 1 < states; j++) {
        row[j] = errorShare[i] * errorShare[j] + covariance[i + 1][j + 1] - share * first[j + 1];
      }
      row[states - 1] = errorShare[i] * errorShare[states - 1];
    }
  }

  /** What the next values are expected to be. */
  double[] forecast(int steps) {
    double[] ahead = state.clone();
    double[] forecast = new double[steps];
    for (int h = 0; h < steps; h++) {
      double value = ahead[0];
      forecast[h] = value;
      for (int i = 0; i < ahead.length; i++) {
        ahead[i] = ar[i] * value + (i + 1 < ahead.length ? ahead[i + 1] : 0);
      }
    }
    return forecast;
  }

  private static double[][] stationary(double[] ar, double[] errorShare) {
    int states = ar.length;
    double[][] power = new double[states][states];
    double[][] sum = new double[states][states];
    for (int i = 0; i < states; i++) {
      power[i][0] = ar[i];
      if (i + 1 < states) {
        power[i][i + 1] = 1;
      }
      for (int j = 0; j < states; j++) {
        sum[i][j] = errorShare[i] * errorShare[j];
      }
    }
    for (int k = 0; k < MOST_DOUBLINGS; k++) {
      double[][] more = product(product(power, sum), transposed(power));
      if (!(added(sum, more) > Math.ulp(1.0))) {
        return sum;
      }
      power = product(power, power);
    }
    return sum;
  }

  /** Adds to a covariance; by how much its variances grew, as a share of them. */
  private static double added(double[][] sum, double[][] more) {
    double grew = 0;
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < sum.length; j++) {
        sum[i][j] += more[i][j];
      }
      grew = sum[i][i] > 0 ? Math.max(grew, more[i][i] / sum[i][i]) : grew;
    }
    return grew;
  }

  private static double[][] product(double[][] left, double[][] right) {
    int n = left.length;
    double[][] product = new double[n][n];
    for (int i = 0; i < n; i++) {
      double[] row = product[i];
      for (int k = 0; k < n; k++) {
        double factor = left[i][k];
        double[] added = right[k];
        for (int j = 0; factor != 0 && j < n; j++) {
          row[j] += factor * added[j];
        }
      }
    }
    return product;
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] transposed = new double[matrix.length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        transposed[j][i] = matrix[i][j];
      }
    }
    return transposed;
  }
}
