package dev.kintsugi.local.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  private static final Duration MOST = Duration.ofMinutes(5);

  private final WarmUp warmUp = new WarmUp(1_000, MOST);
  private Duration elapsed = Duration.ZERO;

  private void round(double median, double p99) {
    elapsed = elapsed.plusSeconds(10);
    warmUp.after(elapsed, median, p99);
  }

  private void untilFullRate() {
    while (warmUp.rate() < 1_000) {
      round(5, 50);
    }
  }

  @Test
  void it_begins_at_a_quarter_and_becomes_faster_while_nobody_waits() {
    assertThat(warmUp.rate()).isEqualTo(250);
    round(9, 99);
    assertThat(warmUp.rate()).isEqualTo(375);
    round(9, 101);
    assertThat(warmUp.rate()).isEqualTo(375);
    round(9, 1_001);
    assertThat(warmUp.rate()).isEqualTo(250);
    assertThat(warmUp.isOver()).isFalse();
  }

  @Test
  void at_the_full_rate_it_goes_on_until_three_rounds_are_no_better_than_the_best_before() {
    untilFullRate();
    round(10, 50);
    round(8, 50);
    round(7, 50);
    round(6, 50);
    assertThat(warmUp.isOver()).isFalse();
    round(5.8, 50);
    round(5.9, 50);
    assertThat(warmUp.isOver()).isFalse();
    round(6.2, 50);
    assertThat(warmUp.isOver()).as("5.8 is no more than a twentieth better than 6").isTrue();
    assertThat(warmUp.isWarm()).isTrue();
  }

  @Test
  void it_ends_when_its_time_is_over_and_says_that_it_did_not_get_there() {
    while (!warmUp.isOver()) {
      round(500, 5_000);
    }
    assertThat(elapsed).isEqualTo(MOST);
    assertThat(warmUp.isWarm()).isFalse();
    assertThat(warmUp.rate()).isEqualTo(100);
  }

  @Test
  void it_knows_the_highest_rate_at_which_nobody_waited() {
    assertThat(warmUp.carried()).isZero();
    round(9, 99);
    round(9, 700);
    assertThat(warmUp.rate()).isEqualTo(375);
    assertThat(warmUp.carried()).isEqualTo(250);
    round(9, 100);
    assertThat(warmUp.carried()).isEqualTo(375);
  }

  @Test
  void a_rate_below_the_slowest_is_the_rate() {
    WarmUp slow = new WarmUp(20, MOST);
    assertThat(slow.rate()).isEqualTo(20);
    slow.after(Duration.ofSeconds(10), 5_000, 5_000);
    assertThat(slow.rate()).isEqualTo(20);
  }

  @Test
  void no_time_is_no_warming_up() {
    assertThat(new WarmUp(1_000, Duration.ZERO).isOver()).isTrue();
  }
}
