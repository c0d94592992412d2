package dev.kintsugi.bench.series;

import java.util.Arrays;

/** What an exponential smoothing model says about a series. Immutable. */
public final class EtsRun {

  private final ExponentialSmoothing model;
  private final double[][] states;
  private final double[] fitted;
  private final double[] residuals;
  private final double logLikelihood;

  EtsRun(ExponentialSmoothing model, double[] series) {
    this.model = model;
    this.states = new double[series.length + 1][];
    this.fitted = new double[series.length];
    this.residuals = new double[series.length];
    EtsFilter filter = model.filter();
    states[0] = filter.state();
    for (int i = 0; i < series.length; i++) {
      fitted[i] = filter.predict();
      residuals[i] = filter.error(series[i], fitted[i]);
      filter.update(series[i]);
      states[i + 1] = filter.state();
    }
    this.logLikelihood = model.filter().logLikelihood(series);
  }

  /** The state before the first value, and after each; ordered as {@link EtsFilter#state}. */
  public double[][] states() {
    return Arrays.stream(states).map(double[]::clone).toArray(double[][]::new);
  }

  /** Each value as it was predicted one step before. */
  public double[] fitted() {
    return fitted.clone();
  }

  /** Each value's distance from its prediction; as a share of that where errors multiply. */
  public double[] residuals() {
    return residuals.clone();
  }

  /** The variance of the residuals; not a number where the series is no longer than the model. */
  public double sigma2() {
    int left = residuals.length - model.form().freedoms();
    return left <= 0 ? Double.NaN : Arrays.stream(residuals).map(e -> e * e).sum() / left;
  }

  /** R's: without the constants that are the same for all models. */
  public double logLikelihood() {
    return logLikelihood;
  }

  /** What the values after the series are expected to be. */
  public double[] forecast(int steps) {
    return new EtsFilter(model.form(), model.smoothing(), states[states.length - 1])
        .forecast(steps);
  }
}
