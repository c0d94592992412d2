package dev.kintsugi.tokens.domain.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntervalsTest {

  @ParameterizedTest(name = "{0} s")
  @ValueSource(doubles = {0.5, 1, 8, 8.5, 900, 1800, 28_800, 86_400, 2_592_000, 40_000_000})
  void pieces_cover_the_whole_without_gaps_and_none_is_empty(double seconds) {
    Intervals pieces = Intervals.until(seconds);
    assertThat(pieces.start(0)).isZero();
    assertThat(pieces.seconds()).isEqualTo(seconds);
    for (int i = 0; i < pieces.count(); i++) {
      assertThat(pieces.end(i)).isGreaterThan(pieces.start(i));
      assertThat(pieces.end(i) - pieces.start(i))
          .isLessThanOrEqualTo(Math.max(1800, seconds / 96) * (1 + 1e-9));
    }
    assertThat(pieces.count()).isLessThan(GapBins.COUNT + 100);
  }

  @ParameterizedTest(name = "{0} s")
  @ValueSource(doubles = {0, 1, 7.9, 8, 10, 10.1, 3600, 86_400, 1e9})
  void a_gap_lies_in_its_bin(double seconds) {
    int bin = GapBins.of(seconds);
    assertThat(seconds).isGreaterThanOrEqualTo(GapBins.start(bin) - 1e-6);
    if (bin < GapBins.COUNT - 1) {
      assertThat(seconds).isLessThanOrEqualTo(GapBins.start(bin + 1) + 1e-6);
    }
  }

  @Test
  void a_forecast_adds_up() {
    Intervals pieces = Intervals.until(3600);
    double[] rates = new double[pieces.count()];
    java.util.Arrays.fill(rates, 0.001);
    Forecast forecast = new Forecast(pieces, rates);
    assertThat(forecast.probability(0, 3600)).isCloseTo(1 - Math.exp(-3.6), within(1e-9));
    assertThat(forecast.probability(100, 200)).isCloseTo(1 - Math.exp(-0.1), within(1e-9));
    assertThat(forecast.probability(200, 200)).isZero();
    assertThat(forecast.probability(3500, 9999)).isCloseTo(1 - Math.exp(-0.1), within(1e-9));
    double[] steps = new double[10];
    forecast.probabilities(50, 77.7, 10, steps);
    for (int i = 0; i < 10; i++) {
      assertThat(steps[i])
          .isCloseTo(forecast.probability(50 + i * 77.7, 50 + (i + 1) * 77.7), within(1e-11));
    }
  }
}
