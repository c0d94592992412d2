package dev.kintsugi.core.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhiAccrualTest {

  private static final PhiAccrual.Settings PLAIN =
      new PhiAccrual.Settings(Duration.ZERO, Duration.ofMillis(10), Duration.ofMillis(100), 100);

  private static long millis(double millis) {
    return (long) (millis * 1e6);
  }

  @ParameterizedTest(name = "P(X > {0}) = {1}")
  @CsvSource({
    "-3, 0.998650102",
    "-1, 0.841344746",
    "0, 0.5",
    "0.5, 0.308537539",
    "1, 0.158655254",
    "2, 0.0227501319",
    "3, 0.00134989803",
    "4, 3.16712418e-5",
    "5, 2.86651572e-7",
    "6, 9.86587645e-10",
    "8, 6.22096057e-16",
    "10, 7.61985302e-24"
  })
  void the_tail_is_that_of_the_published_tables(double y, double tail) {
    assertThat(NormalTail.negativeLog10(y)).isCloseTo(-Math.log10(tail), within(1e-5));
  }

  @Test
  void far_out_it_still_grows_although_the_tail_is_smaller_than_any_double() {
    assertThat(NormalTail.negativeLog10(50)).isCloseTo(544.966, within(0.01));
    assertThat(NormalTail.negativeLog10(1e4)).isGreaterThan(NormalTail.negativeLog10(9_999));
  }

  @Test
  void the_two_forms_meet() {
    double before = NormalTail.negativeLog10(Math.nextDown(2));
    assertThat(NormalTail.negativeLog10(2)).isCloseTo(before, within(1e-4));
  }

  @Test
  void one_deviation_beyond_the_mean_is_the_surprise_of_one_deviation() {
    var detector = new PhiAccrual(PLAIN);
    for (int i = 0; i < 50; i++) {
      detector.heard(millis(80));
      detector.heard(millis(120));
    }
    assertThat(detector.phi(millis(120))).isCloseTo(-Math.log10(0.158655254), within(1e-3));
    assertThat(detector.phi(millis(200))).isCloseTo(-Math.log10(2.86651572e-7), within(1e-3));
  }

  @Test
  void a_pause_that_is_put_up_with_moves_everything_by_as_much() {
    var patient =
        new PhiAccrual(
            new PhiAccrual.Settings(
                Duration.ofMillis(700), Duration.ofMillis(10), Duration.ofMillis(100), 100));
    var plain = new PhiAccrual(PLAIN);
    assertThat(patient.phi(millis(850))).isEqualTo(plain.phi(millis(150)));
  }

  @Test
  void the_deviation_never_counts_as_less_than_the_floor() {
    var detector = new PhiAccrual(PLAIN);
    for (int i = 0; i < 200; i++) {
      detector.heard(millis(100));
    }
    assertThat(detector.phi(millis(110))).isCloseTo(-Math.log10(0.158655254), within(1e-3));
  }

  @Test
  void before_anything_is_learned_the_usual_gap_is_expected() {
    assertThat(new PhiAccrual(PLAIN).phi(millis(100))).isCloseTo(-Math.log10(0.5), within(1e-6));
  }

  @Test
  void a_long_silence_is_not_learned() {
    var detector = new PhiAccrual(PLAIN);
    for (int i = 0; i < 100; i++) {
      detector.heard(millis(100));
    }
    double before = detector.phi(millis(150));
    detector.heard(millis(12_000));
    assertThat(detector.phi(millis(150))).isEqualTo(before);
  }

  @Test
  void who_becomes_uneven_is_waited_for_longer() {
    var detector = new PhiAccrual(PLAIN);
    for (int i = 0; i < 100; i++) {
      detector.heard(millis(100));
    }
    double calm = detector.phi(millis(300));
    for (int i = 0; i < 100; i++) {
      detector.heard(millis(i % 4 == 0 ? 300 : 100));
    }
    assertThat(detector.phi(millis(300))).isLessThan(calm / 10);
    detector.forget();
    assertThat(detector.phi(millis(300))).isCloseTo(calm, within(1e-9));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void phi_grows_with_the_silence_and_is_a_number(long seed) {
    var random = new Random(seed);
    var detector = new PhiAccrual(PLAIN);
    for (int i = 0; i < random.nextInt(300); i++) {
      detector.heard(random.nextLong(-5, millis(400)));
    }
    double last = -1;
    for (long silent = 0; silent < millis(60_000); silent += millis(7)) {
      double phi = detector.phi(silent);
      assertThat(phi).isFinite().isGreaterThanOrEqualTo(0).isGreaterThanOrEqualTo(last - 1e-4);
      last = phi;
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void the_window_is_what_two_passes_over_its_gaps_say(long seed) {
    var random = new Random(seed);
    var window = new HeartbeatWindow(37);
    var all = new java.util.ArrayList<Long>();
    for (int i = 0; i < 10_000; i++) {
      long gap = random.nextLong(millis(1_000));
      window.add(gap);
      all.add(gap);
      if (all.size() > 37) {
        all.removeFirst();
      }
    }
    double mean = all.stream().mapToLong(x -> x).average().orElseThrow();
    double variance =
        all.stream().mapToDouble(x -> (x - mean) * (x - mean)).average().orElseThrow();
    assertThat(window.size()).isEqualTo(37);
    assertThat(window.meanNanos()).isCloseTo(mean, within(1.0));
    assertThat(window.deviationNanos()).isCloseTo(Math.sqrt(variance), within(10.0));
    window.clear();
    assertThat(window.deviationNanos()).isZero();
  }

  @Test
  void nonsense_is_refused() {
    assertThatThrownBy(() -> new HeartbeatWindow(1)).hasMessageContaining("2 gaps");
    assertThatThrownBy(() -> new HeartbeatWindow(2).add(-1)).hasMessageContaining("negative");
    assertThatThrownBy(() ->
            new PhiAccrual.Settings(
                Duration.ofMillis(-1), Duration.ofMillis(1), Duration.ofMillis(1), 10))
        .hasMessageContaining("pause");
  }
}
