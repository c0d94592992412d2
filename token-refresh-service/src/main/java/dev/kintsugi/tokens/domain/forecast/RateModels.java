package dev.kintsugi.tokens.domain.forecast;

import java.util.List;

/** The models that are combined. Each knows a user in a way of its own. */
public final class RateModels {

  /** Pieces of evidence that a user's own history must outweigh. */
  private static final double PRIOR_GAPS = 1;

  private static final double PRIOR_WEEKS = 2;

  public static final List<RateModel> ALL =
      List.of(
          new Pooled(),
          new OwnResidualLife(),
          new LogNormal("recent gaps", UserActivity.RECENT),
          new LogNormal("all gaps", UserActivity.LASTING),
          new HourOfWeek(),
          new HourOfDay());

  private RateModels() {}

  /** Empirical residual life of everybody: what new users are taken for. */
  private record Pooled() implements RateModel {
    @Override
    public String label() {
      return "everybody's residual life";
    }

    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      for (int i = 0; i < count; i++) {
        out[i] = population.gapRate(pieces.bin(i));
      }
    }
  }

  /**
   * Empirical residual life of the user alone, drawn to everybody's where there is little of it.
   */
  private record OwnResidualLife() implements RateModel {
    @Override
    public String label() {
      return "own residual life";
    }

    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      int bin = -1;
      double beyond = user.gaps();
      int passed = 0;
      double known = 0;
      for (int i = 0; i < count; i++) {
        int next = pieces.bin(i);
        if (next != bin) {
          bin = next;
          while (passed < bin) {
            beyond -= user.gapsIn(passed++);
          }
          known = rate(user, population, bin, Math.max(0, beyond));
        }
        out[i] = known;
      }
    }

    /** Of the bin and, by half, its neighbours. */
    private static double rate(
        UserActivity user, Population population, int bin, double reachedBin) {
      double here = user.gapsIn(bin);
      double count = here;
      double exposure = (reachedBin - here / 2) * GapBins.width(bin);
      if (bin > 0) {
        double before = user.gapsIn(bin - 1);
        count += before / 2;
        exposure += (reachedBin + before / 2) * GapBins.width(bin - 1) / 2;
      }
      if (bin + 1 < GapBins.COUNT) {
        double after = user.gapsIn(bin + 1);
        count += after / 2;
        exposure += Math.max(0, reachedBin - here - after / 2) * GapBins.width(bin + 1) / 2;
      }
      return (count + PRIOR_GAPS) / (Math.max(0, exposure) + PRIOR_GAPS / population.gapRate(bin));
    }
  }

  /** Gaps whose logarithm is normal, with mean and spread smoothed exponentially. */
  private record LogNormal(String label, int memory) implements RateModel {
    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      LogNormalGaps.write(user.meanLogGap(memory), user.logGapVariance(memory), pieces, count, out);
    }
  }

  /** In how many weeks the user was active at this hour, drawn to everybody's week. */
  private record HourOfWeek() implements RateModel {
    @Override
    public String label() {
      return "hour of the week";
    }

    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      double weeks = user.weeks();
      double each = user.activeHours() / weeks;
      int hour = -1;
      double known = 0;
      for (int i = 0; i < count; i++) {
        int next = WeekHours.of(user.lastSeconds() + pieces.middle(i));
        if (next != hour) {
          hour = next;
          double own =
              user.activeIn(hour) / 2
                  + user.activeIn(WeekHours.before(hour)) / 4
                  + user.activeIn(WeekHours.after(hour)) / 4;
          double prior = each * population.hourShare(hour) + 1e-3;
          known = (own + PRIOR_WEEKS * prior) / (weeks + PRIOR_WEEKS) / 3600;
        }
        out[i] = known;
      }
    }
  }

  /** The same by the hour of the day alone, for those who are there too short for weeks. */
  private record HourOfDay() implements RateModel {
    @Override
    public String label() {
      return "hour of the day";
    }

    @Override
    public void rates(
        UserActivity user, Population population, Intervals pieces, int count, double[] out) {
      double days = 7 * user.weeks();
      int hour = -1;
      double known = 0;
      for (int i = 0; i < count; i++) {
        int next = WeekHours.of(user.lastSeconds() + pieces.middle(i));
        if (next != hour) {
          hour = next;
          double own = 0;
          for (int day = 0; day < 7; day++) {
            own += user.activeIn((hour + 24 * day) % WeekHours.COUNT);
          }
          known = (own + 0.05) / (days + 1) / 3600;
        }
        out[i] = known;
      }
    }
  }
}
