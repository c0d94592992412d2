package dev.kintsugi.bench.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecursionTest {

  /** Of the second order, it dies in the triangle that every textbook draws. */
  @ParameterizedTest
  @CsvSource({"0.5,0.4,true", "0.5,0.6,false", "-1.5,-0.6,true", "-1.5,0.1,false", "0,-1.1,false"})
  void the_triangle_of_the_second_order(double one, double two, boolean dies) {
    assertThat(Recursion.dies(new double[] {one, two})).isEqualTo(dies);
  }

  @Test
  void partial_autocorrelations_make_coefficients() {
    double[] coefficients = Recursion.of(new double[] {0.5, 0.2, -0.3});
    assertThat(coefficients).containsExactly(new double[] {0.46, 0.32, -0.3}, within(1e-12));
    assertThat(Recursion.dies(coefficients)).isTrue();
  }

  @Test
  void a_seasonal_model_that_forgets_is_admissible() {
    EtsForm form = EtsForm.of("ANA", false, 4);
    assertThat(EtsFit.admissible(form, new Smoothing(0.54, 0, 0.39, 1))).isTrue();
  }

  @Test
  void a_seasonal_model_whose_trend_overshoots_is_not() {
    EtsForm form = EtsForm.of("AAA", false, 12);
    assertThat(EtsFit.admissible(form, new Smoothing(0.387, 0.367, 0.15, 1))).isFalse();
    assertThat(EtsFit.admissible(form, new Smoothing(0.387, 0.1, 0.15, 1))).isTrue();
  }
}
