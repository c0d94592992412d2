package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RequestRateTest {

  private static final long SECOND = 1_000_000_000L;

  private final RequestRate rate = new RequestRate();
  private long nowNanos = Long.MAX_VALUE - 3 * SECOND;

  private void go(int seconds, int perSecond) {
    for (int tick = 0; tick < seconds * 100; tick++) {
      nowNanos += SECOND / 100;
      for (int i = 0; i < perSecond / 100; i++) {
        rate.count();
      }
      rate.look(nowNanos);
    }
  }

  @Test
  void it_is_unbiased_from_the_first_second_on_also_where_the_clock_wraps_around() {
    rate.look(nowNanos);
    assertThat(rate.milliPerSecond()).isZero();
    go(2, 400);
    assertThat(rate.milliPerSecond()).isCloseTo(400_000, within(4_000L));
    go(60, 400);
    assertThat(rate.milliPerSecond()).isCloseTo(400_000, within(4_000L));
  }

  @Test
  void half_of_what_was_is_forgotten_in_a_half_life() {
    rate.look(nowNanos);
    go(120, 400);
    go((int) RequestRate.HALF_LIFE.toSeconds(), 0);
    assertThat(rate.milliPerSecond()).isCloseTo(200_000, within(4_000L));
  }

  @Test
  void a_slot_that_was_given_up_begins_anew() {
    rate.look(nowNanos);
    go(60, 400);
    rate.reset();
    assertThat(rate.milliPerSecond()).isZero();
    rate.look(nowNanos);
    go(2, 100);
    assertThat(rate.milliPerSecond()).isCloseTo(100_000, within(1_000L));
  }
}
