package dev.kintsugi.bench.series;

import dev.kintsugi.bench.series.EtsForm.Part;
import java.util.List;

/** The search for the likeliest model of one form. */
final class EtsFit {
  /*
   * A point of the search has one coordinate for each free number. A smoothing parameter is a sine
   * between its bounds, so that it reaches them where the likelihood is flat; the trend's upper
   * bound is alpha, the season's 1 - alpha. Level, trend and seasons are distances from the start,
   * in the series' own measure. The last season follows from the others. Beyond the longest period
   * that R takes, the seasons stay as they are at the start: among hundreds of coordinates, a
   * search takes minutes.
   *
   * Bounds and admissibility are those of R's ets with bounds = "both".
   *
   * [1] Hyndman, Akram, Archibald, The Admissible Parameter Space for Exponential Smoothing Models,
   *     Annals of the Institute of Statistical Mathematics 2008.
   */

  private static final double LEAST = 1e-4;
  private static final double MOST = 0.9999;
  private static final double LEAST_PHI = 0.8;
  private static final double MOST_PHI = 0.98;
  private static final int LONGEST_SEARCHED = 24;

  /** What a point costs that is not allowed; no likelihood comes near it. */
  private static final double FORBIDDEN = 1e10;

  private final EtsForm form;
  private final double[] series;
  private final double[] start;
  private final double spread;

  EtsFit(EtsForm form, double[] series) {
    this.form = form;
    this.series = series;
    this.start = EtsStart.state(form, series);
    this.spread = EtsStart.spread(series);
  }

  ExponentialSmoothing likeliest() {
    double[] best = Search.least(this::cost, starts());
    return new ExponentialSmoothing(form, smoothing(best), state(best));
  }

  /**
   * Slow and fast learning of the level with a season that hardly changes, and a season that takes
   * up most errors: where these have valleys of their own, no search leads from one to another.
   */
  private List<double[]> starts() {
    return List.of(start(0.1, 0.1), start(0.5, 0.1), start(0.9, 0.1), start(0.2, 0.9));
  }

  /** The longer the period, the less a trend may take up to be admissible. */
  private double[] start(double ofLevel, double ofSeason) {
    int seasons = movesSeasons() ? form.period() - 1 : 0;
    double[] at = new double[form.smoothings() + form.firstSeason() + seasons];
    int i = 0;
    at[i++] = angle(ofLevel);
    if (form.hasTrend()) {
      at[i++] = angle(form.hasSeason() ? 1.0 / (form.period() * form.period()) : 0.1);
    }
    if (form.hasSeason()) {
      at[i++] = angle(ofSeason);
    }
    if (form.damped()) {
      at[i] = angle(0.9);
    }
    return at;
  }

  private boolean movesSeasons() {
    return form.hasSeason() && form.period() <= LONGEST_SEARCHED;
  }

  private double cost(double[] at) {
    Smoothing smoothing = smoothing(at);
    double[] state = state(at);
    if (!admissible(form, smoothing) || !isSound(state)) {
      return FORBIDDEN;
    }
    double cost = -new EtsFilter(form, smoothing, state).logLikelihood(series);
    return Double.isNaN(cost) ? FORBIDDEN : Math.clamp(cost, -FORBIDDEN, FORBIDDEN);
  }

  private boolean isSound(double[] state) {
    for (int i = form.firstSeason(); i < state.length; i++) {
      if (form.season() == Part.MULTIPLICATIVE && state[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private Smoothing smoothing(double[] at) {
    int i = 0;
    double alpha = between(LEAST, MOST, at[i++]);
    double beta = form.hasTrend() ? between(LEAST, alpha, at[i++]) : 0;
    double gamma = form.hasSeason() ? between(LEAST, Math.max(LEAST, 1 - alpha), at[i++]) : 0;
    double phi = form.damped() ? between(LEAST_PHI, MOST_PHI, at[i]) : 1;
    return new Smoothing(alpha, beta, gamma, phi);
  }

  private static double between(double least, double most, double angle) {
    return least + (most - least) * (1 + Math.sin(angle)) / 2;
  }

  private static double angle(double share) {
    return Math.asin(2 * share - 1);
  }

  private double[] state(double[] at) {
    double[] state = start.clone();
    int i = form.smoothings();
    state[0] += spread * at[i++];
    switch (form.trend()) {
      case NONE -> {}
      case ADDITIVE -> state[1] += spread / 10 * at[i++];
      case MULTIPLICATIVE -> state[1] *= Math.exp(at[i++] / 10);
    }
    if (movesSeasons()) {
      boolean additive = form.season() == Part.ADDITIVE;
      double last = additive ? 0 : form.period();
      for (int j = form.firstSeason(); j < state.length - 1; j++) {
        state[j] += (additive ? spread / 4 : 0.1) * at[i++];
        last -= state[j];
      }
      state[state.length - 1] = last;
    }
    return state;
  }

  /**
   * Whether the past is forgotten: whether the errors that the model sees settle whatever it began
   * with.
   */
  static boolean admissible(EtsForm form, Smoothing smoothing) {
    if (!form.hasSeason()) {
      return true; // everywhere within the bounds
    }
    return Recursion.dies(
        form.hasTrend() ? withTrend(form, smoothing) : withoutTrend(form, smoothing));
  }

  /** The characteristic equation of R's check, the highest power's coefficient left out. */
  private static double[] withTrend(EtsForm form, Smoothing by) {
    int period = form.period();
    double[] recursion = new double[period + 1];
    double common = by.alpha() + by.beta() - by.alpha() * by.phi();
    for (int i = 0; i <= period; i++) {
      recursion[i] = -common;
    }
    recursion[0] = by.phi() - by.alpha() - by.beta();
    recursion[period - 1] = 1 - common - by.gamma();
    recursion[period] = -by.phi() * (1 - by.alpha() - by.gamma());
    return recursion;
  }

  /** The same without its root at one. */
  private static double[] withoutTrend(EtsForm form, Smoothing by) {
    double[] recursion = new double[form.period()];
    for (int i = 0; i < recursion.length; i++) {
      recursion[i] = -by.alpha();
    }
    recursion[recursion.length - 1] = 1 - by.alpha() - by.gamma();
    return recursion;
  }
}
