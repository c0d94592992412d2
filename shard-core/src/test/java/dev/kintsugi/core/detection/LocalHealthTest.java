package dev.kintsugi.core.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalHealthTest {

  private static final long MILLI = 1_000_000;

  private final LocalHealth health = new LocalHealth(Duration.ofMillis(50), Duration.ofMillis(100));

  private long now = Long.MAX_VALUE - 500 * MILLI;

  private long tickAfter(long millis) {
    now += millis * MILLI;
    return health.tick(now);
  }

  @Test
  void ticks_in_time_say_nothing() {
    for (int i = 0; i < 100; i++) {
      assertThat(tickAfter(60)).isZero();
    }
    assertThat(health.multiplier()).isEqualTo(1);
  }

  @Test
  void a_late_tick_is_a_reason_to_doubt_oneself_and_tells_by_how_much() {
    tickAfter(50);
    assertThat(tickAfter(250)).isEqualTo(200 * MILLI);
    assertThat(health.multiplier()).isEqualTo(2);
    tickAfter(50);
    assertThat(health.multiplier()).isEqualTo(1);
  }

  @Test
  void a_long_stop_is_doubted_for_longer_but_not_for_ever() {
    tickAfter(50);
    tickAfter(60_000);
    assertThat(health.multiplier()).isEqualTo(9);
    for (int i = 0; i < 8; i++) {
      tickAfter(50);
    }
    assertThat(health.multiplier()).isEqualTo(1);
  }

  @Test
  void the_first_tick_is_never_late() {
    assertThat(tickAfter(10_000)).isZero();
  }
}
