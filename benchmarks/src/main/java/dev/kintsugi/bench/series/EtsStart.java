package dev.kintsugi.bench.series;

import dev.kintsugi.bench.series.EtsForm.Part;
import java.util.Arrays;

/**
 * Where the search for an initial state begins: near R's, from the shape of the series' beginning.
 */
final class EtsStart {
  /*
   * The seasons come from a classical decomposition of the whole series; level and trend from a
   * straight line through the first ten values, or first two periods, of what the seasons leave.
   *
   * [1] Hyndman, Koehler, Ord, Snyder, Forecasting with Exponential Smoothing, 2008, section 2.6.1.
   */

  private static final double LEAST_SEASON = 0.01;

  /** What is hardly above zero beside the mean is no level to multiply. */
  private static final double LEAST_SHARE = 1e-3;

  private EtsStart() {}

  /** The state before the first value; needs two periods at least. */
  static double[] state(EtsForm form, double[] series) {
    double[] state = new double[form.states()];
    double[] rest = series.clone();
    if (form.hasSeason()) {
      double[] seasons = seasons(form, series);
      for (int i = 0; i < rest.length; i++) {
        double season = seasons[i % form.period()];
        rest[i] = form.season() == Part.ADDITIVE ? rest[i] - season : rest[i] / season;
      }
      for (int i = 0; i < seasons.length; i++) {
        state[state.length - 1 - i] = seasons[i];
      }
    }
    levelAndTrend(form, Arrays.copyOf(rest, beginning(form, rest.length)), state);
    return state;
  }

  private static int beginning(EtsForm form, int length) {
    return Math.min(Math.max(10, 2 * form.period()), length);
  }

  private static void levelAndTrend(EtsForm form, double[] values, double[] state) {
    double slope = slope(values);
    double mean = mean(values);
    double origin = mean - slope * (values.length + 1) / 2;
    switch (form.trend()) {
      case NONE -> state[0] = mean;
      case ADDITIVE -> {
        state[0] = origin;
        state[1] = slope;
      }
      case MULTIPLICATIVE -> {
        double least = LEAST_SHARE * mean;
        boolean aboveZero = origin + slope > least && origin + 2 * slope > least;
        double first = aboveZero ? origin + slope : mean;
        state[1] = aboveZero ? (origin + 2 * slope) / first : 1;
        state[0] = first / state[1];
      }
    }
  }

  /** Of the least-squares line through the values at 1, 2, 3 and so on. */
  private static double slope(double[] values) {
    double middle = (values.length + 1) / 2.0;
    double mean = mean(values);
    double together = 0;
    double alone = 0;
    for (int i = 0; i < values.length; i++) {
      double x = i + 1 - middle;
      together += x * (values[i] - mean);
      alone += x * x;
    }
    return alone == 0 ? 0 : together / alone;
  }

  /** The season of each place in the period; they sum to zero, or have the mean one. */
  private static double[] seasons(EtsForm form, double[] series) {
    boolean additive = form.season() == Part.ADDITIVE;
    int period = form.period();
    double[] sums = new double[period];
    int[] counts = new int[period];
    for (int i = period / 2; i < series.length - period / 2; i++) {
      double middle = centred(series, i, period);
      sums[i % period] += additive ? series[i] - middle : series[i] / middle;
      counts[i % period]++;
    }
    double[] seasons = new double[period];
    Arrays.setAll(
        seasons, i -> additive ? sums[i] / counts[i] : Math.max(sums[i] / counts[i], LEAST_SEASON));
    double mean = mean(seasons);
    Arrays.setAll(seasons, i -> additive ? seasons[i] - mean : seasons[i] / mean);
    return seasons;
  }

  /** The mean of a period around a place; an even period has half a value at either end. */
  private static double centred(double[] series, int at, int period) {
    int reach = period / 2;
    double sum = 0;
    for (int i = at - reach; i <= at + reach; i++) {
      boolean half = period % 2 == 0 && (i == at - reach || i == at + reach);
      sum += half ? series[i] / 2 : series[i];
    }
    return sum / period;
  }

  static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  /** The standard deviation of the values; above zero also where they are all the same. */
  static double spread(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    double spread = Math.max(Math.sqrt(squares / values.length), 1e-3 * Math.abs(mean));
    return spread > 0 ? spread : 1;
  }
}
