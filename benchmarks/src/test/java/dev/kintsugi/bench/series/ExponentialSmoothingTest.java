package dev.kintsugi.bench.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExponentialSmoothingTest {

  private static final Offset<Double> ROUNDING = within(1e-12);
  private static final EtsForm LEVEL = EtsForm.of("ANN", false, 1);
  private static final EtsForm HOLT = EtsForm.of("AAN", false, 1);

  @Test
  void a_level_goes_half_of_the_way_to_each_value() {
    EtsRun run = new ExponentialSmoothing(LEVEL, Smoothing.of(0.5), 10).run(12, 8, 11);
    assertThat(run.fitted()).containsExactly(new double[] {10, 11, 9.5}, ROUNDING);
    assertThat(run.residuals()).containsExactly(new double[] {2, -3, 1.5}, ROUNDING);
    assertThat(run.states()).isDeepEqualTo(new double[][] {{10}, {11}, {9.5}, {10.25}});
    assertThat(run.sigma2()).isEqualTo(15.25, ROUNDING);
    assertThat(run.logLikelihood()).isEqualTo(-1.5 * Math.log(15.25), ROUNDING);
    assertThat(run.forecast(2)).containsExactly(new double[] {10.25, 10.25}, ROUNDING);
  }

  @Test
  void an_error_that_multiplies_is_a_share_of_the_prediction() {
    ExponentialSmoothing model =
        new ExponentialSmoothing(EtsForm.of("MNN", false, 1), Smoothing.of(0.5), 10);
    EtsRun run = model.run(12, 8.8);
    assertThat(run.residuals()).containsExactly(new double[] {0.2, -0.2}, ROUNDING);
    assertThat(run.logLikelihood())
        .isEqualTo(-Math.log(0.08) - Math.log(10) - Math.log(11), ROUNDING);
  }

  @Test
  void holt_carries_the_trend_on() {
    EtsRun run = new ExponentialSmoothing(HOLT, new Smoothing(0.5, 0.25, 0, 1), 10, 1).run(12, 14);
    assertThat(run.fitted()).containsExactly(new double[] {11, 12.75}, ROUNDING);
    assertThat(run.states()[2]).containsExactly(new double[] {13.375, 1.5625}, ROUNDING);
    assertThat(run.forecast(3)).containsExactly(new double[] {14.9375, 16.5, 18.0625}, ROUNDING);
  }

  @Test
  void a_damped_trend_adds_less_at_each_step() {
    EtsFilter filter =
        new ExponentialSmoothing(
                EtsForm.of("AAN", true, 1), new Smoothing(0.5, 0.25, 0, 0.9), 10, 1)
            .filter();
    assertThat(filter.predict()).isEqualTo(10.9, ROUNDING);
    assertThat(filter.forecast(3)).containsExactly(new double[] {10.9, 11.71, 12.439}, ROUNDING);
  }

  @Test
  void a_trend_that_multiplies_compounds() {
    EtsFilter filter =
        new ExponentialSmoothing(
                EtsForm.of("AMN", false, 1), new Smoothing(0.5, 0.25, 0, 1), 10, 1.5)
            .filter();
    assertThat(filter.forecast(2)).containsExactly(new double[] {15, 22.5}, ROUNDING);
    filter.update(25);
    assertThat(filter.state()).containsExactly(new double[] {20, 1.75}, ROUNDING);
  }

  @Test
  void a_season_that_multiplies_comes_again_after_its_period() {
    EtsFilter filter =
        new ExponentialSmoothing(
                EtsForm.of("MNM", false, 2), new Smoothing(0.5, 0, 0.2, 1), 10, 0.8, 1.2)
            .filter();
    assertThat(filter.forecast(3)).containsExactly(new double[] {12, 8, 12}, ROUNDING);
    filter.update(15);
    assertThat(filter.state()).containsExactly(new double[] {11.25, 1.26, 0.8}, ROUNDING);
    assertThat(filter.predict()).isEqualTo(9, ROUNDING);
  }

  @Test
  void a_season_that_adds_comes_again_after_its_period() {
    EtsFilter filter =
        new ExponentialSmoothing(
                EtsForm.of("ANA", false, 2), new Smoothing(0.5, 0, 0.2, 1), 10, -2, 2)
            .filter();
    filter.update(15);
    assertThat(filter.state()).containsExactly(new double[] {11.5, 2.6, -2}, ROUNDING);
    assertThat(filter.forecast(2)).containsExactly(new double[] {9.5, 14.1}, ROUNDING);
  }

  @Test
  void one_value_after_the_other_is_as_all_at_once() {
    ExponentialSmoothing model =
        new ExponentialSmoothing(
            EtsForm.of("MAM", true, 12),
            new Smoothing(0.7, 0.01, 0.1, 0.98),
            AirPassengers.inMonths(120, 2, 1));
    EtsFilter filter = model.filter();
    for (double value : AirPassengers.series()) {
      filter.update(value);
    }
    EtsRun run = model.run(AirPassengers.series());
    assertThat(filter.state()).isEqualTo(run.states()[144]);
    assertThat(filter.forecast(30)).isEqualTo(run.forecast(30));
  }

  @Test
  void a_series_that_a_model_made_without_errors_is_fitted_without_errors() {
    double[] line = {3, 5, 7, 9, 11, 13, 15, 17, 19, 21};
    EtsRun run = ExponentialSmoothing.fit(HOLT, line).run(line);
    assertThat(run.forecast(2)).containsExactly(new double[] {23, 25}, within(1e-3));
  }

  @Test
  void a_constant_series_goes_on_as_it_is() {
    double[] constant = {4, 4, 4, 4, 4, 4, 4, 4, 4, 4};
    assertThat(ExponentialSmoothing.fit(LEVEL, constant).run(constant).forecast(1))
        .containsExactly(new double[] {4}, within(1e-6));
  }

  @Test
  void a_fit_does_not_depend_on_the_unit() {
    EtsForm form = EtsForm.of("MMN", true, 1);
    double[] inMillions = Arrays.stream(AirPassengers.series()).map(v -> v * 1e-3).toArray();
    Smoothing one = ExponentialSmoothing.fit(form, AirPassengers.series()).smoothing();
    Smoothing other = ExponentialSmoothing.fit(form, inMillions).smoothing();
    assertThat(other.alpha()).isCloseTo(one.alpha(), within(1e-3));
    assertThat(other.beta()).isCloseTo(one.beta(), within(1e-3));
  }

  @Test
  void seasons_too_many_to_search_for_are_those_of_the_decomposition() {
    double[] weeks = new double[3 * 52];
    Arrays.setAll(weeks, i -> 100 + i % 52);
    EtsRun run = ExponentialSmoothing.fit(EtsForm.of("ANA", false, 52), weeks).run(weeks);
    assertThat(run.forecast(2)).containsExactly(new double[] {100, 101}, within(1e-3));
  }

  @Test
  void a_fit_is_the_same_on_every_run() {
    EtsForm form = EtsForm.of("MAM", false, 12);
    ExponentialSmoothing once = ExponentialSmoothing.fit(form, AirPassengers.series());
    ExponentialSmoothing again = ExponentialSmoothing.fit(form, AirPassengers.series());
    assertThat(again.initial()).isEqualTo(once.initial());
    assertThat(again.smoothing()).isEqualTo(once.smoothing());
  }

  @ParameterizedTest
  @CsvSource({
    "0,0,0,1,alpha",
    "1.5,0,0,1,alpha",
    "NaN,0,0,1,alpha",
    "0.5,0.6,0,1,beta",
    "0.5,-0.1,0,1,beta",
    "0.5,0,0.7,1,gamma",
    "0.5,0,0,0,phi",
    "0.5,0,0,1.01,phi"
  })
  void a_parameter_out_of_range_is_refused(
      double alpha, double beta, double gamma, double phi, String bad) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Smoothing(alpha, beta, gamma, phi))
        .withMessageStartingWith(bad + " must be ")
        .withMessageMatching(".*, got (0\\.0|1\\.5|NaN|0\\.6|-0\\.1|0\\.7|1\\.01)");
  }

  @Test
  void a_parameter_of_a_part_that_is_not_there_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ExponentialSmoothing(LEVEL, new Smoothing(0.5, 0.25, 0, 1), 10))
        .withMessage("beta of ETS(A,N,N) must be from 0.0 to 0.0, got 0.25");
  }

  @Test
  void a_form_that_is_none_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtsForm.of("AXN", false, 1))
        .withMessageContaining("AXN");
    assertThatIllegalArgumentException().isThrownBy(() -> EtsForm.of("NNN", false, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> EtsForm.of("ANN", true, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtsForm.of("ANA", false, 1))
        .withMessageContaining("got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EtsForm.of("ANN", false, 4))
        .withMessageContaining("got 4");
  }

  @Test
  void a_state_of_another_form_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ExponentialSmoothing(HOLT, new Smoothing(0.5, 0.25, 0, 1), 10))
        .withMessage("a state of ETS(A,A,N) must be 2 numbers, got 1");
  }

  @Test
  void a_series_that_is_empty_too_short_or_not_finite_is_refused() {
    ExponentialSmoothing model = new ExponentialSmoothing(LEVEL, Smoothing.of(0.5), 10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.run())
        .withMessage("a series must have at least 1 values here, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.run(1, Double.NaN))
        .withMessage("a series must be finite, got NaN at 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.filter().update(Double.POSITIVE_INFINITY))
        .withMessage("a value must be finite, got Infinity");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.run(1).forecast(0))
        .withMessageContaining("got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ExponentialSmoothing.fit(LEVEL, 1, 2, 3))
        .withMessageContaining("got 3");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ExponentialSmoothing.fit(EtsForm.of("MNN", false, 1), 1, 2, 3, 0, 5, 6, 7))
        .withMessage("a series must be above zero for ETS(M,N,N), got 0.0");
  }
}
