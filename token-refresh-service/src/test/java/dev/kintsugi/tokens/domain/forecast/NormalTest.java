package dev.kintsugi.tokens.domain.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalTest {

  /** Of Abramowitz and Stegun, table 26.1 and 26.2 (−log10 Q). */
  @ParameterizedTest(name = "z {0}")
  @CsvSource({
    "0, 0.5",
    "1, 0.15865525393146",
    "-1, 0.84134474606854",
    "1.96, 0.02499789514823",
    "3, 0.00134989803163",
    "-3, 0.99865010196837",
    "5, 2.86651571879e-7",
    "10, 7.61985302416e-24"
  })
  void the_upper_tail_agrees_with_the_tables(double z, double probability) {
    assertThat(Math.exp(Normal.logUpperTail(z)) / probability).isCloseTo(1, within(1e-6));
  }

  @ParameterizedTest(name = "z {0}")
  @CsvSource({"40", "100", "-40"})
  void far_out_it_stays_finite(double z) {
    assertThat(Normal.logUpperTail(z)).isFinite();
  }
}
