package dev.kintsugi.bench.series;

/**
 * An exponential smoothing model in state space form, as R's {@code forecast::ets} computes it.
 * Immutable.
 */
public final class ExponentialSmoothing {

  private final EtsForm form;
  private final Smoothing smoothing;
  private final double[] initial;

  /**
   * @param initial the state before the first value: level, trend, seasons, the latest season first
   */
  public ExponentialSmoothing(EtsForm form, Smoothing smoothing, double... initial) {
    if (initial.length != form.states()) {
      throw new IllegalArgumentException(
          "a state of " + form + " must be " + form.states() + " numbers, got " + initial.length);
    }
    this.form = form;
    this.smoothing = smoothing.checkedFor(form);
    this.initial = Checked.finite("a state", initial);
  }

  /**
   * The model of this form that makes the series likeliest, within R's usual bounds; the same on
   * every run. Takes some hundredths of a second for a hundred values, some tenths with a season of
   * twelve, a second with one of 24; beyond that, the initial seasons are not searched for but
   * taken from a classical decomposition.
   *
   * @param series more values than the model has free numbers by five, at least two periods; above
   *     zero where anything multiplies
   */
  public static ExponentialSmoothing fit(EtsForm form, double... series) {
    double[] values = Checked.series(series, Math.max(form.freedoms() + 5, 2 * form.period()));
    for (double value : values) {
      if (form.needsPositive() && value <= 0) {
        throw new IllegalArgumentException(
            "a series must be above zero for " + form + ", got " + value);
      }
    }
    return new EtsFit(form, values).likeliest();
  }

  public EtsForm form() {
    return form;
  }

  public Smoothing smoothing() {
    return smoothing;
  }

  /** The state before the first value. */
  public double[] initial() {
    return initial.clone();
  }

  /** A filter before the first value. */
  public EtsFilter filter() {
    return new EtsFilter(form, smoothing, initial);
  }

  /** What this model says about a series of at least one value. */
  public EtsRun run(double... series) {
    return new EtsRun(this, Checked.series(series, 1));
  }

  @Override
  public String toString() {
    return form + " " + smoothing;
  }
}
