package dev.kintsugi.tokens.domain.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PopulationTest {

  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;
  private static final long WEEK = 7 * DAY;

  private final Population population = new Population();

  private void nineToFive(long fromDay, long days) {
    for (long day = fromDay; day < fromDay + days; day++) {
      for (long hour = 9; hour < 17; hour++) {
        population.addRequest(day * DAY + hour * HOUR, true);
      }
    }
  }

  @Test
  void where_nothing_is_known_all_hours_are_alike() {
    assertThat(population.hourShare(5)).isCloseTo(1.0 / 168, within(1e-12));
    assertThat(population.logHourShare(5)).isZero();
  }

  @Test
  void busy_hours_have_a_larger_share_soon() {
    nineToFive(0, 3);
    assertThat(population.hourShare(9)).isGreaterThan(3 * population.hourShare(3));
  }

  @Test
  void what_is_said_of_an_hour_stays_as_it_is_while_that_hour_passes() {
    nineToFive(0, 71);
    double before = population.hourShare(10);
    double quiet = population.logHourShare(3);
    nineToFive(71, 6);
    assertThat(population.hourShare(10)).isEqualTo(before);
    assertThat(population.logHourShare(3)).isEqualTo(quiet);
  }

  @Test
  void each_week_is_taken_over_when_it_has_ended() {
    nineToFive(0, 70);
    for (int i = 0; i < 50; i++) {
      population.addRequest(10 * WEEK + 3 * HOUR, true);
    }
    assertThat(population.logHourShare(3)).isNegative();
    population.addRequest(11 * WEEK, true);
    assertThat(population.logHourShare(3)).isPositive();
  }
}
