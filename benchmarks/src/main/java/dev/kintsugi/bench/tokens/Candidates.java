package dev.kintsugi.bench.tokens;

import dev.kintsugi.tokens.domain.forecast.Intervals;
import dev.kintsugi.tokens.domain.forecast.LogNormalGaps;
import dev.kintsugi.tokens.domain.forecast.Population;
import dev.kintsugi.tokens.domain.forecast.RateModel;
import dev.kintsugi.tokens.domain.forecast.UserActivity;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Textbook models of single users, tried and not kept; {@code bench tokens --models} shows by how
 * much they help or do not.
 */
final class Candidates {

  private static final double LEAST_RATE = 1e-7;
  private static final double HOUR = 3600;

  private Candidates() {}

  static List<RateModel> all() {
    return List.of(new Smoothed(), new HoltWinters(), new Autoregressive(), new Intermittent());
  }

  /** Simple exponential smoothing of the gap: a constant rate (Brown 1956). */
  static final class Smoothed implements RateModel {

    private static final double WEIGHT = 0.3;
    private static final double USUAL_GAP = 10_000;

    private final IdentityHashMap<UserActivity, double[]> means = new IdentityHashMap<>();

    @Override
    public String label() {
      return "smoothed gap";
    }

    @Override
    public void observed(UserActivity user, double gapSeconds, long endMillis) {
      double[] mean = means.computeIfAbsent(user, _ -> new double[] {gapSeconds});
      mean[0] += WEIGHT * (gapSeconds - mean[0]);
    }

    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      double[] mean = means.get(user);
      double rate = 1 / ((mean == null ? USUAL_GAP : mean[0]) + 1);
      for (int i = 0; i < count; i++) {
        out[i] = rate;
      }
    }
  }

  /** Additive Holt–Winters without trend on requests by the hour, with a season of a day. */
  static final class HoltWinters implements RateModel {

    private static final int SEASON = 24;
    private static final int MOST_HOURS = 14 * 24;
    private static final double LEVEL_WEIGHT = 0.02;
    private static final double SEASON_WEIGHT = 0.1;

    private static final class State {
      private double level;
      private final double[] season = new double[SEASON];
      private double sofar = 1;

      private void hours(long from, long to) {
        for (long hour = Math.max(from, to - MOST_HOURS); hour < to; hour++) {
          int index = (int) Math.floorMod(hour, (long) SEASON);
          double off = sofar - level - season[index];
          level += LEVEL_WEIGHT * off;
          season[index] += SEASON_WEIGHT * off;
          sofar = 0;
        }
      }
    }

    private final IdentityHashMap<UserActivity, State> states = new IdentityHashMap<>();

    @Override
    public String label() {
      return "Holt-Winters by the hour";
    }

    @Override
    public void observed(UserActivity user, double gapSeconds, long endMillis) {
      State state = states.computeIfAbsent(user, _ -> new State());
      state.hours(
          Math.floorDiv(user.lastMillis(), 3_600_000L), Math.floorDiv(endMillis, 3_600_000L));
      state.sofar++;
    }

    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      State state = states.computeIfAbsent(user, _ -> new State());
      for (int i = 0; i < count; i++) {
        long hour = (long) ((user.lastSeconds() + pieces.middle(i)) / HOUR);
        double rate = (state.level + state.season[(int) Math.floorMod(hour, (long) SEASON)]) / HOUR;
        out[i] = Math.max(LEAST_RATE, rate);
      }
    }
  }

  /** ARIMA(1,0,0) on the logarithms of gaps, by recursive least squares. */
  static final class Autoregressive implements RateModel {

    private static final double FORGETTING = 0.98;

    /** Of the regression of a log gap on 1 and the one before. */
    private static final class Regression {
      private double intercept = 7;
      private double slope;
      private double p11 = 10;
      private double p12;
      private double p22 = 1;
      private double variance = 4;
      private double last = 7;

      private void add(double log) {
        double k1 = p11 + p12 * last;
        double k2 = p12 + p22 * last;
        double scale = FORGETTING + k1 + k2 * last;
        double off = log - intercept - slope * last;
        intercept += k1 / scale * off;
        slope += k2 / scale * off;
        p11 = (p11 - k1 * k1 / scale) / FORGETTING;
        p12 = (p12 - k1 * k2 / scale) / FORGETTING;
        p22 = (p22 - k2 * k2 / scale) / FORGETTING;
        variance += (1 - FORGETTING) * (off * off - variance);
        last = log;
      }
    }

    private final IdentityHashMap<UserActivity, Regression> regressions = new IdentityHashMap<>();

    @Override
    public String label() {
      return "ARIMA(1,0,0) of log gaps";
    }

    @Override
    public void observed(UserActivity user, double gapSeconds, long endMillis) {
      regressions.computeIfAbsent(user, _ -> new Regression()).add(Math.log1p(gapSeconds));
    }

    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      Regression state = regressions.computeIfAbsent(user, _ -> new Regression());
      double mean = Math.clamp(state.intercept + state.slope * state.last, 0, 16);
      LogNormalGaps.write(mean, Math.clamp(state.variance, 0.01, 50), pieces, count, out);
    }
  }

  /** Teunter–Syntetos–Babai on hours with and without requests. */
  static final class Intermittent implements RateModel {

    private static final double WEIGHT = 0.05;

    private final IdentityHashMap<UserActivity, double[]> states = new IdentityHashMap<>();

    @Override
    public String label() {
      return "TSB by the hour";
    }

    @Override
    public void observed(UserActivity user, double gapSeconds, long endMillis) {
      double[] probability = states.computeIfAbsent(user, _ -> new double[] {0.1});
      long hours =
          Math.floorDiv(endMillis, 3_600_000L) - Math.floorDiv(user.lastMillis(), 3_600_000L);
      if (hours > 0) {
        probability[0] *= Math.pow(1 - WEIGHT, (double) hours);
        probability[0] += WEIGHT;
      }
    }

    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      double[] probability = states.get(user);
      double each = probability == null ? 0.1 : probability[0];
      double rate = -Math.log1p(-Math.min(0.999, each)) / HOUR;
      for (int i = 0; i < count; i++) {
        out[i] = Math.max(LEAST_RATE, rate);
      }
    }
  }
}
