package dev.kintsugi.bench.series;

import dev.kintsugi.bench.series.EtsForm.Part;

/**
 * An exponential smoothing model on its way through a series. An update takes constant time,
 * whatever the period. Not thread-safe.
 */
public final class EtsFilter {
  /*
   * The recursions are those of R's forecast package: an update needs the observation only, since
   * the additive and the multiplicative error say the same about it. The guards against a division
   * by nearly zero are R's as well. Forecasts of a damped trend sum phi + phi^2 + phi^3, as is
   * defined and as R does for most forms; until June 2026, R took phi + phi + phi^2 where the trend
   * multiplies, and it takes 1 + phi + phi^2 where error and season multiply and the trend adds.
   *
   * [1] Hyndman, Koehler, Ord, Snyder, Forecasting with Exponential Smoothing, 2008, chapter 2.
   */

  private static final double TINY = 1e-10;
  private static final double HUGE = 1e10;

  private final EtsForm form;
  private final Smoothing smoothing;
  private final double growthShare;
  private double level;
  private double growth;

  /** A ring: the season of the next step at {@code next}, the one after it behind that. */
  private final double[] seasons;

  private int next;

  /**
   * @param state level, trend, seasons, the latest season first
   */
  EtsFilter(EtsForm form, Smoothing smoothing, double[] state) {
    this.form = form;
    this.smoothing = smoothing;
    this.growthShare = smoothing.beta() / smoothing.alpha();
    this.level = state[0];
    this.growth = form.hasTrend() ? state[1] : 0;
    this.seasons = new double[form.states() - form.firstSeason()];
    for (int i = 0; i < seasons.length; i++) {
      seasons[i] = state[state.length - 1 - i];
    }
  }

  /**
   * What the next value is expected to be; not a number once a multiplicative trend is negative.
   */
  public double predict() {
    return ahead(0, smoothing.phi());
  }

  /** What the next values are expected to be. */
  public double[] forecast(int steps) {
    double[] forecast = new double[Checked.steps(steps)];
    double left = smoothing.phi();
    double grown = left;
    for (int i = 0; i < steps; i++) {
      forecast[i] = ahead(i, grown);
      left *= smoothing.phi();
      grown += left;
    }
    return forecast;
  }

  private double ahead(int step, double grown) {
    double base =
        switch (form.trend()) {
          case NONE -> level;
          case ADDITIVE -> level + grown * growth;
          case MULTIPLICATIVE -> growth < 0 ? Double.NaN : level * Math.pow(growth, grown);
        };
    return switch (form.season()) {
      case NONE -> base;
      case ADDITIVE -> base + seasons[(next + step) % seasons.length];
      case MULTIPLICATIVE -> base * seasons[(next + step) % seasons.length];
    };
  }

  /** How far a value is from what was predicted; as a share of that where errors multiply. */
  double error(double value, double predicted) {
    if (form.error() == Part.ADDITIVE) {
      return value - predicted;
    }
    return (value - predicted) / (Math.abs(predicted) < TINY ? predicted + TINY : predicted);
  }

  /** Takes the next value in. */
  public void update(double value) {
    Checked.finite("a value", value);
    double before = level;
    double damped =
        switch (form.trend()) {
          case NONE -> 0;
          case ADDITIVE -> smoothing.phi() * growth;
          case MULTIPLICATIVE -> form.damped() ? Math.pow(growth, smoothing.phi()) : growth;
        };
    double expected = form.trend() == Part.MULTIPLICATIVE ? before * damped : before + damped;
    level = expected + smoothing.alpha() * (withoutSeason(value) - expected);
    if (form.hasTrend()) {
      double grown = form.trend() == Part.ADDITIVE ? level - before : ratio(level, before);
      growth = damped + growthShare * (grown - damped);
    }
    if (form.hasSeason()) {
      turn(form.season() == Part.ADDITIVE ? value - expected : ratio(value, expected));
    }
  }

  private double withoutSeason(double value) {
    return switch (form.season()) {
      case NONE -> value;
      case ADDITIVE -> value - seasons[next];
      case MULTIPLICATIVE -> ratio(value, seasons[next]);
    };
  }

  private void turn(double season) {
    seasons[next] += smoothing.gamma() * (season - seasons[next]);
    next = next + 1 == seasons.length ? 0 : next + 1;
  }

  private static double ratio(double dividend, double divisor) {
    return Math.abs(divisor) < TINY ? HUGE : dividend / divisor;
  }

  /** Level, trend, seasons, the latest season first, as R orders them. */
  public double[] state() {
    double[] state = new double[form.states()];
    state[0] = level;
    if (form.hasTrend()) {
      state[1] = growth;
    }
    for (int i = 0; i < seasons.length; i++) {
      state[state.length - 1 - i] = seasons[(next + i) % seasons.length];
    }
    return state;
  }

  /** Takes a series in; R's log-likelihood of it, not a number where a prediction is none. */
  double logLikelihood(double[] series) {
    double squares = 0;
    double logs = 0;
    for (double value : series) {
      double predicted = predict();
      double error = error(value, predicted);
      squares += error * error;
      if (form.error() == Part.MULTIPLICATIVE) {
        logs += Math.log(Math.abs(predicted));
      }
      update(value);
    }
    return -0.5 * (series.length * Math.log(squares) + 2 * logs);
  }
}
