package dev.kintsugi.bench.series;

import java.util.Arrays;

/**
 * A polynomial {@code 1 + c[1] B + c[2] B² + …} in the lag operator, which takes a series one step
 * back. Immutable.
 */
final class LagPolynomial {

  static final LagPolynomial ONE = new LagPolynomial(new double[] {1});

  private final double[] coefficients;

  private LagPolynomial(double[] coefficients) {
    this.coefficients = coefficients;
  }

  /** One plus each coefficient, times a sign, at the first, second, third … multiple of a lag. */
  static LagPolynomial of(int sign, int lag, double... coefficients) {
    double[] all = new double[1 + lag * coefficients.length];
    all[0] = 1;
    for (int i = 0; i < coefficients.length; i++) {
      all[lag * (i + 1)] = sign * coefficients[i];
    }
    return new LagPolynomial(all);
  }

  /** Takes an order's differences. */
  static LagPolynomial differences(ArimaOrder order) {
    return of(-1, 1, 1)
        .power(order.differences())
        .times(of(-1, order.period(), 1).power(order.seasonalDifferences()));
  }

  private LagPolynomial power(int exponent) {
    LagPolynomial power = ONE;
    for (int i = 0; i < exponent; i++) {
      power = power.times(this);
    }
    return power;
  }

  LagPolynomial times(LagPolynomial other) {
    double[] product = new double[degree() + other.degree() + 1];
    for (int i = 0; i <= degree(); i++) {
      for (int j = 0; j <= other.degree(); j++) {
        product[i + j] += coefficients[i] * other.coefficients[j];
      }
    }
    return new LagPolynomial(product);
  }

  int degree() {
    return coefficients.length - 1;
  }

  /** The coefficients after the leading one, times a sign, with zeros up to a length. */
  double[] tail(int sign, int length) {
    double[] tail = new double[length];
    for (int i = 0; i < degree(); i++) {
      tail[i] = sign * coefficients[i + 1];
    }
    return tail;
  }

  /** The series that this makes of another one, shorter by its degree. */
  double[] applied(double[] series) {
    double[] made = new double[series.length - degree()];
    Arrays.setAll(
        made,
        t -> {
          double sum = 0;
          for (int i = 0; i <= degree(); i++) {
            sum += coefficients[i] * series[t + degree() - i];
          }
          return sum;
        });
    return made;
  }

  /** The values of a series after its end of which this makes the values given. */
  double[] undone(double[] series, double[] made) {
    double[] all =
        Arrays.copyOfRange(series, series.length - degree(), series.length + made.length);
    for (int t = degree(); t < all.length; t++) {
      all[t] = made[t - degree()];
      for (int i = 1; i <= degree(); i++) {
        all[t] -= coefficients[i] * all[t - i];
      }
    }
    return Arrays.copyOfRange(all, degree(), all.length);
  }
}
