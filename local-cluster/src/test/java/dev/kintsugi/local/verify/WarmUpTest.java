package dev.kintsugi.local.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  private static final Duration MOST = Duration.ofMinutes(5);

  private final WarmUp warmUp = new WarmUp(1_000, false, MOST);
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
  void one_calm_round_among_many_is_luck_and_what_is_too_fast_is_not_tried_for_ever() {
    WarmUp seeking = new WarmUp(1_000, true, MOST);
    seeking.after(Duration.ofSeconds(10), 9, 99);
    seeking.after(Duration.ofSeconds(20), 9, 99);
    seeking.after(Duration.ofSeconds(30), 9, 181);
    assertThat(seeking.rate()).as("once says nothing").isEqualTo(90);
    seeking.after(Duration.ofSeconds(40), 9, 99);
    assertThat(seeking.carried()).as("one of two").isEqualTo(90);
    assertThat(seeking.rate()).isEqualTo(135);
    seeking.after(Duration.ofSeconds(50), 350, 1_800);
    assertThat(seeking.rate()).isEqualTo(90);
    seeking.after(Duration.ofSeconds(60), 9, 106);
    assertThat(seeking.carried()).as("one of three at 90").isEqualTo(60);
    assertThat(seeking.rate()).isEqualTo(60);
    seeking.after(Duration.ofSeconds(70), 9, 50);
    assertThat(seeking.rate()).as("90 was too fast").isEqualTo(60);
    assertThat(seeking.rateOfRuns()).isEqualTo(30);
    seeking.after(Duration.ofSeconds(80), 9, 50);
    seeking.after(Duration.ofSeconds(90), 9, 50);
    assertThat(seeking.rate()).isEqualTo(60);
    seeking.after(Duration.ofSeconds(100), 9, 50);
    assertThat(seeking.rate()).as("the suite may have become faster").isEqualTo(90);
    seeking.after(Duration.ofSeconds(110), 9, 80);
    assertThat(seeking.carried()).as("what it was when it was cold is forgotten").isEqualTo(90);
    assertThat(seeking.rate()).isEqualTo(135);
    seeking.after(MOST, 9, 500);
    assertThat(seeking.rateOfRuns()).isEqualTo(45);
  }

  @Test
  void a_rate_below_the_slowest_is_the_rate() {
    WarmUp slow = new WarmUp(20, false, MOST);
    assertThat(slow.rate()).isEqualTo(20);
    slow.after(Duration.ofSeconds(10), 5_000, 5_000);
    assertThat(slow.rate()).isEqualTo(20);
  }

  @Test
  void no_time_is_no_warming_up() {
    assertThat(new WarmUp(1_000, false, Duration.ZERO).isOver()).isTrue();
  }

  @Test
  void who_asks_for_a_rate_gets_it_whatever_the_machine_carries() {
    round(500, 5_000);
    assertThat(warmUp.rateOfRuns()).isEqualTo(1_000);
  }

  @Test
  void a_rate_that_is_sought_is_half_of_what_was_carried_calmly() {
    WarmUp seeking = new WarmUp(1_000, true, MOST);
    assertThat(seeking.rate()).isEqualTo(40);
    seeking.after(Duration.ofSeconds(10), 9, 99);
    seeking.after(Duration.ofSeconds(20), 9, 99);
    assertThat(seeking.rate()).isEqualTo(90);
    seeking.after(Duration.ofSeconds(30), 9, 400);
    assertThat(seeking.rate()).as("neither calm nor swamped: once more").isEqualTo(90);
    seeking.after(MOST, 9, 4_000);
    assertThat(seeking.isOver()).isTrue();
    assertThat(seeking.carried()).isEqualTo(60);
    assertThat(seeking.rateOfRuns()).isEqualTo(30);
  }

  @Test
  void whatever_carries_the_target_calmly_is_asked_for_it() {
    WarmUp seeking = new WarmUp(60, true, MOST);
    seeking.after(Duration.ofSeconds(10), 9, 99);
    seeking.after(Duration.ofSeconds(20), 9, 99);
    assertThat(seeking.rateOfRuns()).isEqualTo(60);
  }

  @Test
  void where_nothing_is_calm_half_of_the_slowest_is_asked() {
    WarmUp seeking = new WarmUp(1_000, true, MOST);
    while (!seeking.isOver()) {
      seeking.after(MOST, 500, 5_000);
    }
    assertThat(seeking.rate()).isEqualTo(40);
    assertThat(seeking.rateOfRuns()).isEqualTo(20);
    assertThat(new WarmUp(1, true, MOST).rateOfRuns()).isEqualTo(1);
  }
}
