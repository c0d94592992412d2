package dev.kintsugi.bench.series;

import java.util.Arrays;
import java.util.List;

/** The search for the likeliest model of one order. */
final class ArimaFit {
  /*
   * A point of the search has one coordinate for each coefficient, whose hyperbolic tangent is a
   * partial autocorrelation: every point is stationary and invertible. That loses nothing, since a
   * moving average that is not invertible has the likelihood of one that is. The mean is a distance
   * from the differenced series' own.
   */

  /** Beyond it, a partial autocorrelation could hardly be told from one. */
  private static final double FARTHEST = 8;

  /** What a point costs that has no likelihood. */
  private static final double FORBIDDEN = 1e10;

  private final ArimaOrder order;
  private final double[] series;
  private final LagPolynomial differences;
  private final double middle;
  private final double spread;

  ArimaFit(ArimaOrder order, double[] series) {
    this.order = order;
    this.series = series;
    this.differences = LagPolynomial.differences(order);
    double[] differenced = differences.applied(series);
    this.middle = EtsStart.mean(differenced);
    this.spread = EtsStart.spread(differenced) / Math.sqrt(differenced.length);
  }

  Arima likeliest() {
    return order.freedoms() == 0
        ? Arima.of(order).build()
        : model(Search.least(this::cost, starts()));
  }

  /** Nothing, everything a little up, everything a little down. */
  private List<double[]> starts() {
    return List.of(all(0), all(0.4), all(-0.4));
  }

  private double[] all(double value) {
    double[] at = new double[order.freedoms()];
    Arrays.fill(at, 0, at.length - (order.hasMean() ? 1 : 0), value);
    return at;
  }

  private double cost(double[] at) {
    Arima model = model(at);
    double cost = -new ArimaRun(model.filter(), differences, model.mean(), series).logLikelihood();
    return Double.isNaN(cost) ? FORBIDDEN : Math.clamp(cost, -FORBIDDEN, FORBIDDEN);
  }

  private Arima model(double[] at) {
    int ma = order.ar();
    int seasonalAr = ma + order.ma();
    int seasonalMa = seasonalAr + order.seasonalAr();
    int mean = seasonalMa + order.seasonalMa();
    return new Arima(
        order,
        coefficients(at, 0, ma, 1),
        coefficients(at, ma, seasonalAr, -1),
        coefficients(at, seasonalAr, seasonalMa, 1),
        coefficients(at, seasonalMa, mean, -1),
        order.hasMean() ? middle + spread * at[mean] : 0);
  }

  private static double[] coefficients(double[] at, int from, int to, int sign) {
    double[] partials = new double[to - from];
    Arrays.setAll(partials, i -> Math.tanh(Math.clamp(at[from + i], -FARTHEST, FARTHEST)));
    double[] coefficients = Recursion.of(partials);
    Arrays.setAll(coefficients, i -> sign * coefficients[i]);
    return coefficients;
  }
}
