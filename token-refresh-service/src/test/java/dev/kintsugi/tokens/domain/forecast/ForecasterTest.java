package dev.kintsugi.tokens.domain.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForecasterTest {

  private static final long START = 1_767_571_200_000L;
  private static final long HOUR = 3_600_000;

  private final Forecaster forecaster = Forecaster.of(Duration.ofHours(8));

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void requests_by_mere_chance_are_forecast_at_their_rate(long seed) {
    Random random = new Random(seed);
    double perHour = 6;
    UserActivity user = forecaster.newUser();
    double at = START;
    for (int i = 0; i < 4_000; i++) {
      forecaster.observe(user, (long) at);
      at += -Math.log(1 - random.nextDouble()) / perHour * HOUR;
    }
    Forecast forecast = forecaster.forecast(user);
    for (double from : new double[] {0, 300, 900, 1800}) {
      assertThat(forecast.probability(from, from + 300))
          .as("from %s s", from)
          .isBetween(0.39 * 0.6, 0.39 * 1.5);
    }
  }

  @Test
  void who_comes_at_nine_each_day_is_forecast_for_nine() {
    UserActivity user = forecaster.newUser();
    UserActivity other = forecaster.newUser();
    Random random = new Random(7);
    for (int day = 0; day < 120; day++) {
      long nine = START + (24L * day + 9) * HOUR;
      for (int i = 0; i < 10; i++) {
        forecaster.observe(user, nine + i * 60_000L);
        forecaster.observe(other, nine + i * 60_000L + 1_000 + random.nextInt(1_000));
      }
      // In the evening once, so that eight hours later is the next morning.
      forecaster.observe(user, nine + 16 * HOUR + HOUR / 2);
    }
    Forecast night = forecaster.forecast(user);
    double early = night.probability(3 * 3600, 4 * 3600);
    double nine = night.probability(7 * 3600 + 1800, 8 * 3600);
    assertThat(nine).isGreaterThan(10 * early);
  }

  @Test
  void an_older_request_is_refused_and_nothing_is_learned_from_it() {
    UserActivity user = forecaster.newUser();
    forecaster.observe(user, START);
    assertThatThrownBy(() -> forecaster.observe(user, START - 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("older");
    assertThat(user.lastMillis()).isEqualTo(START);
  }

  @Test
  void a_million_requests_in_one_instant_break_nothing() {
    UserActivity user = forecaster.newUser();
    for (int i = 0; i < 1_000_000; i++) {
      forecaster.observe(user, START);
    }
    Forecast forecast = forecaster.forecast(user);
    assertThat(forecast.probability(0, 8 * 3600)).isBetween(0.0, 1.0);
    assertThat(user.gapsIn(0)).isBetween(90.0, 110.0);
  }

  @Test
  void a_gap_of_centuries_breaks_nothing() {
    UserActivity user = forecaster.newUser();
    forecaster.observe(user, 0);
    forecaster.observe(user, 253_402_300_799_000L);
    forecaster.observe(user, 253_402_300_799_001L);
    assertThat(forecaster.forecast(user).probability(0, 900)).isBetween(0.0, 1.0);
  }

  @Test
  void a_user_of_whom_nothing_is_known_is_taken_for_the_others() {
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      UserActivity other = forecaster.newUser();
      double at = START + i * 1_000.0;
      for (int j = 0; j < 30; j++) {
        forecaster.observe(other, (long) at);
        at += -Math.log(1 - random.nextDouble()) * 600_000;
      }
    }
    UserActivity fresh = forecaster.newUser();
    forecaster.observe(fresh, START + 30 * 24 * HOUR);
    assertThat(forecaster.forecast(fresh).probability(0, 600)).isBetween(0.3, 0.85);
  }
}
