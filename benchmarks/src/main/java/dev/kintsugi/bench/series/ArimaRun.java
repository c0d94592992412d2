package dev.kintsugi.bench.series;

import java.util.Arrays;

/** What an ARIMA model says about a series. Immutable. */
public final class ArimaRun {

  private final ArmaFilter filter;
  private final LagPolynomial differences;
  private final double mean;
  private final double[] series;
  private final double[] innovations;
  private final double squares;
  private final double logs;

  ArimaRun(ArmaFilter filter, LagPolynomial differences, double mean, double[] series) {
    this.filter = filter;
    this.differences = differences;
    this.mean = mean;
    this.series = series;
    double[] differenced = differences.applied(series);
    this.innovations = new double[differenced.length];
    double squared = 0;
    double logged = 0;
    for (int t = 0; t < differenced.length; t++) {
      double value = differenced[t] - mean;
      double error = value - filter.predict();
      innovations[t] = error;
      squared += error * error / filter.variance();
      logged += Math.log(filter.variance());
      filter.update(value);
    }
    this.squares = squared;
    this.logs = logged;
  }

  /** Each value's distance from its prediction, but for the values that the differences use up. */
  public double[] innovations() {
    return innovations.clone();
  }

  /** The variance of the errors that makes the series likeliest. */
  public double sigma2() {
    return squares / innovations.length;
  }

  /** Of the differenced series, at the likeliest variance of the errors. */
  public double logLikelihood() {
    return -0.5 * (innovations.length * (Math.log(2 * Math.PI * sigma2()) + 1) + logs);
  }

  /** Of the differenced series, at another variance of the errors. */
  public double logLikelihood(double sigma2) {
    Checked.share("sigma2", sigma2, Double.MAX_VALUE);
    return -0.5 * (innovations.length * Math.log(2 * Math.PI * sigma2) + logs + squares / sigma2);
  }

  /** What the values after the series are expected to be. */
  public double[] forecast(int steps) {
    double[] differenced = filter.forecast(Checked.steps(steps));
    Arrays.setAll(differenced, h -> differenced[h] + mean);
    return differences.undone(series, differenced);
  }
}
