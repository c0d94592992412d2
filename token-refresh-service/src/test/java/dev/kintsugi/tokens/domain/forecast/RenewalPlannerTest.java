package dev.kintsugi.tokens.domain.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RenewalPlannerTest {

  private static final double LIFE = 900;
  private static final double IDLE = 3600;
  private static final double LEAD = 0.25;

  private final RenewalPlanner planner = new RenewalPlanner();

  private static Forecast rate(double perSecond) {
    Intervals pieces = Intervals.until(IDLE);
    double[] rates = new double[pieces.count()];
    Arrays.fill(rates, perSecond);
    return new Forecast(pieces, rates);
  }

  @Test
  void for_a_user_who_will_come_for_sure_it_renews_just_before_each_end() {
    double[] plan = planner.plan(rate(0.01), 600, LIFE, IDLE, LEAD, 0.05);
    assertThat(plan).isNotEmpty();
    assertThat(plan[0]).isEqualTo(600 - LEAD);
  }

  @Test
  void for_a_user_who_will_not_come_it_renews_nothing() {
    assertThat(planner.plan(rate(1e-7), 600, LIFE, IDLE, LEAD, 0.05)).isEmpty();
  }

  @Test
  void a_token_that_outlives_the_session_is_left_alone() {
    assertThat(planner.plan(rate(0.01), IDLE + 1, LIFE, IDLE, LEAD, 0.001)).isEmpty();
  }

  @Test
  void without_a_token_and_with_a_user_soon_to_come_it_renews_at_once() {
    assertThat(planner.plan(rate(0.01), -5, LIFE, IDLE, LEAD, 0.05)[0]).isZero();
  }

  @Test
  void it_waits_for_the_hour_at_which_the_user_comes() {
    Intervals pieces = Intervals.until(28_800);
    double[] rates = new double[pieces.count()];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = pieces.start(i) >= 18_000 ? 0.005 : 1e-7;
    }
    double[] plan = planner.plan(new Forecast(pieces, rates), 600, LIFE, 28_800, LEAD, 0.05);
    assertThat(plan).isNotEmpty();
    assertThat(plan[0]).isBetween(16_000.0, 18_100.0);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void plans_keep_to_the_session_and_to_the_life_of_a_token(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      double idle = random.nextDouble(1, 100_000);
      double life = random.nextDouble(1, 10_000);
      double ends = random.nextDouble(-100, 2 * life);
      Intervals pieces = Intervals.until(idle);
      double[] rates = random.doubles(pieces.count(), -14, 0).map(Math::exp).toArray();
      double[] plan =
          planner.plan(
              new Forecast(pieces, rates),
              ends,
              life,
              idle,
              LEAD,
              Math.exp(random.nextDouble(-9, 1)));
      double before = Double.NEGATIVE_INFINITY;
      for (double time : plan) {
        assertThat(time).isBetween(Math.max(0, ends - LEAD), idle);
        assertThat(time - before).isGreaterThanOrEqualTo(life - LEAD - 1e-6);
        before = time;
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void dearer_renewals_are_never_more(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Intervals pieces = Intervals.until(IDLE);
    for (int i = 0; i < 100; i++) {
      double level = random.nextDouble(-12, -4);
      double[] rates = new double[pieces.count()];
      Arrays.fill(rates, Math.exp(level));
      Forecast forecast = new Forecast(pieces, rates);
      int most = Integer.MAX_VALUE;
      for (double cost = 0.001; cost < 1; cost *= 2) {
        int count = planner.plan(forecast, 300, LIFE, IDLE, LEAD, cost).length;
        assertThat(count).isLessThanOrEqualTo(most);
        most = count;
      }
    }
  }

  /** What a plan costs on average if requests come as the forecast says. */
  private static double cost(Forecast forecast, double[] plan, double ends, double renewal) {
    double step = 2;
    double silent = 1;
    double total = 0;
    for (double from = 0; from < IDLE; from += step) {
      double comes = silent * forecast.probability(from, from + step);
      total += comes * costIfItComes(from + step / 2, plan, ends, renewal);
      silent -= comes;
    }
    return total + silent * plan.length * renewal;
  }

  private static double costIfItComes(double at, double[] plan, double ends, double renewal) {
    double cost = 0;
    double end = ends;
    for (double time : plan) {
      if (time < at) {
        cost += renewal;
        end = time + LIFE;
      }
    }
    if (at > end) {
      return cost + 1 + renewal;
    }
    return end == ends ? cost : cost + 0.7 * renewal * (1 - (end - at) / LIFE);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5})
  void no_plan_made_by_chance_is_noticeably_cheaper(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Intervals pieces = Intervals.until(IDLE);
    double[] rates = random.doubles(pieces.count(), -11, -5).map(Math::exp).toArray();
    Forecast forecast = new Forecast(pieces, rates);
    double renewal = 0.1;
    double ends = 400;
    double ours =
        cost(forecast, planner.plan(forecast, ends, LIFE, IDLE, LEAD, renewal), ends, renewal);
    for (int i = 0; i < 2_000; i++) {
      double[] other = random.doubles(random.nextInt(0, 5), ends, IDLE).sorted().toArray();
      assertThat(cost(forecast, other, ends, renewal)).isGreaterThan(ours - 0.005);
    }
  }
}
