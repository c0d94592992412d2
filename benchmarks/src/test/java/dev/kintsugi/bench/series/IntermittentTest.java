package dev.kintsugi.bench.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntermittentTest {

  private static Croston croston(double... demands) {
    Croston croston = new Croston(0.5);
    for (double demand : demands) {
      croston.update(demand);
    }
    return croston;
  }

  private static Tsb tsb(double... demands) {
    Tsb tsb = new Tsb(0.5, 0.25);
    for (double demand : demands) {
      tsb.update(demand);
    }
    return tsb;
  }

  @Test
  void before_any_demand_nothing_is_expected() {
    assertThat(croston().forecast()).isZero();
    assertThat(croston(0, 0).forecast()).isZero();
    assertThat(tsb(0, 0).forecast()).isZero();
  }

  @Test
  void the_first_demand_sets_size_and_interval() {
    assertThat(croston(0, 0, 6).forecast()).isEqualTo(2);
    assertThat(tsb(0, 0, 6).forecast()).isEqualTo(2, within(1e-12));
  }

  @Test
  void croston_learns_from_demands_only() {
    assertThat(croston(0, 0, 6, 0).forecast()).isEqualTo(2);
    Croston croston = croston(0, 0, 6, 0, 2);
    assertThat(croston.size()).isEqualTo(4);
    assertThat(croston.interval()).isEqualTo(2.5);
    assertThat(croston.forecast()).isEqualTo(1.6, within(1e-12));
  }

  @Test
  void tsb_falls_while_nothing_is_demanded() {
    assertThat(tsb(0, 0, 6, 0).forecast()).isEqualTo(1.5, within(1e-12));
    Tsb tsb = tsb(0, 0, 6, 0, 2);
    assertThat(tsb.size()).isEqualTo(4);
    assertThat(tsb.probability()).isEqualTo(0.4375, within(1e-12));
    assertThat(tsb.forecast()).isEqualTo(1.75, within(1e-12));
  }

  @Test
  void a_demand_in_every_period_is_smoothed_as_any_series() {
    assertThat(croston(4, 8, 6).forecast()).isEqualTo(6);
    assertThat(tsb(4, 8, 6).forecast()).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void what_is_no_demand_is_refused(double demand) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Croston(0.5).update(demand))
        .withMessage("a demand must be zero or more, got " + demand);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tsb(0.5, 0.5).update(demand))
        .withMessage("a demand must be zero or more, got " + demand);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 1.5, Double.NaN})
  void a_parameter_out_of_range_is_refused(double parameter) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Croston(parameter))
        .withMessageEndingWith("got " + parameter);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Tsb(0.5, parameter))
        .withMessage("beta must be above 0 and at most 1.0, got " + parameter);
  }
}
