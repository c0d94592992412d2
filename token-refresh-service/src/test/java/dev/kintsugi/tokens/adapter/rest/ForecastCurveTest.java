package dev.kintsugi.tokens.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.tokens.domain.forecast.Forecast;
import dev.kintsugi.tokens.domain.forecast.Forecaster;
import dev.kintsugi.tokens.domain.forecast.UserActivity;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ForecastCurveTest {

  private static Forecast forecast(Duration horizon) {
    Forecaster forecaster = Forecaster.of(horizon);
    UserActivity user = forecaster.newUser();
    for (int i = 0; i < 300; i++) {
      forecaster.observe(user, 1_767_571_200_000L + i * 97_000L);
    }
    return forecaster.forecast(user);
  }

  @Test
  void it_ends_where_the_forecast_does() {
    ForecastCurve curve = new ForecastCurve(forecast(Duration.ofHours(1)), 3_000);
    assertThat(curve.reach()).isEqualTo(600);
    assertThat(curve.points().getLast().afterSeconds()).isEqualTo(600);
    assertThat(new ForecastCurve(forecast(Duration.ofDays(2)), 0).points().getLast().afterSeconds())
        .isEqualTo(8 * 3600);
  }

  @Test
  void nothing_is_said_of_who_has_been_away_for_longer() {
    ForecastCurve curve = new ForecastCurve(forecast(Duration.ofHours(1)), 3_601);
    assertThat(curve.reach()).isZero();
    assertThat(curve.points()).containsExactly(new ForecastCurve.Point(0, 0));
    assertThat(curve.within(0.1)).isEmpty();
  }

  @Test
  void what_is_less_probable_than_asked_for_has_no_time() {
    Forecast forecast = forecast(Duration.ofHours(1));
    double all = forecast.probability(3_500, 3_600);
    ForecastCurve curve = new ForecastCurve(forecast, 3_500);
    assertThat(curve.within(all + 1e-6)).isEmpty();
    assertThat(curve.within(all - 1e-6)).isPresent();
  }
}
