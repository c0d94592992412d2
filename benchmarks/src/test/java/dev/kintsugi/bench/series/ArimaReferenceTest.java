package dev.kintsugi.bench.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Results of statsmodels, which evaluates the same likelihood by another filter. */
class ArimaReferenceTest {

  private static final ArimaOrder AIRLINE = ArimaOrder.of(0, 1, 1).seasonal(0, 1, 1, 12);
  private static final ArimaOrder MIXED = ArimaOrder.of(2, 1, 1).seasonal(0, 1, 0, 12);
  private static final ArimaOrder MEAN = ArimaOrder.of(1, 0, 0).withMean();

  private final JsonNode all = Fixtures.read("airpassengers_statsmodels.json");
  private final JsonNode airline = all.get("log_ARIMA(0,1,1)(0,1,1)12");
  private final JsonNode mixed = all.get("ARIMA(2,1,1)(0,1,0)12");
  private final JsonNode mean = all.get("ARIMA(1,0,0)+c on diff(log)");

  private static double parameter(JsonNode found, String name) {
    return found.get("params").get(name).asDouble();
  }

  private static double[] changes() {
    double[] logarithms = AirPassengers.logarithms();
    double[] changes = new double[logarithms.length - 1];
    Arrays.setAll(changes, i -> logarithms[i + 1] - logarithms[i]);
    return changes;
  }

  private static void agrees(ArimaRun run, JsonNode found, double most) {
    double likelihood = found.get("llf").asDouble();
    assertThat(run.logLikelihood(parameter(found, "sigma2")))
        .isCloseTo(likelihood, within(most * Math.abs(likelihood)));
    double[] forecast = run.forecast(12);
    double[] theirs = Fixtures.numbers(found.get("forecast12"));
    for (int h = 0; h < 12; h++) {
      assertThat(forecast[h])
          .as("step %d", h + 1)
          .isCloseTo(theirs[h], within(1e-6 * Math.abs(theirs[h])));
    }
  }

  private static void reaches(Arima fit, double[] series, JsonNode found) {
    assertThat(fit.run(series).logLikelihood())
        .as("%s", fit)
        .isGreaterThan(found.get("llf").asDouble() - 1e-3);
  }

  @Test
  void the_series_is_theirs() {
    assertThat(AirPassengers.series()).isEqualTo(Fixtures.numbers(all.get("y")));
  }

  @Test
  void the_airline_model() {
    double[] series = AirPassengers.logarithms();
    Arima model =
        Arima.of(AIRLINE)
            .ma(parameter(airline, "ma.L1"))
            .seasonalMa(parameter(airline, "ma.S.L12"))
            .build();
    agrees(model.run(series), airline, 1e-6);
    reaches(Arima.fit(AIRLINE, series), series, airline);
  }

  /**
   * They let the levels before the series begin from a large variance, not from an infinite one,
   * which moves this likelihood by 6e-4; ours is the density itself, as {@link ArimaTest} checks.
   */
  @Test
  void autoregression_and_moving_average_beside_differences() {
    double[] series = AirPassengers.series();
    Arima model =
        Arima.of(MIXED)
            .ar(parameter(mixed, "ar.L1"), parameter(mixed, "ar.L2"))
            .ma(parameter(mixed, "ma.L1"))
            .build();
    agrees(model.run(series), mixed, 2e-6);
    reaches(Arima.fit(MIXED, series), series, mixed);
  }

  /** Their constant is what is left of the mean after the autoregression. */
  @Test
  void a_mean() {
    double phi = parameter(mean, "ar.L1");
    Arima model = Arima.of(MEAN).ar(phi).mean(parameter(mean, "intercept") / (1 - phi)).build();
    agrees(model.run(changes()), mean, 1e-6);
    reaches(Arima.fit(MEAN, changes()), changes(), mean);
  }
}
