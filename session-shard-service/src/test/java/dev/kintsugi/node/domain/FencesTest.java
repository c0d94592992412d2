package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Incarnation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FencesTest {

  private static final Incarnation ONE = new Incarnation(1);
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Fences fences = new Fences();

  @Test
  void before_a_fence_is_read_nothing_is_known() {
    fences.beat(ONE, 5);
    assertThat(fences.provenAtMostNanos(ONE)).isEmpty();
  }

  @Test
  void the_first_reading_counts() {
    fences.read(ONE, 10);
    fences.beat(ONE, 11);
    fences.read(ONE, 12);
    assertThat(fences.provenAtMostNanos(ONE)).hasValue(10);
  }

  @Test
  void a_fence_is_asked_for_again_when_it_does_not_come_back_and_never_once_it_has() {
    assertThat(fences.ask(ONE, 0)).isTrue();
    assertThat(fences.ask(ONE, 199_999_999)).isFalse();
    assertThat(fences.ask(ONE, 200_000_000)).isTrue();
    fences.read(ONE, 200_000_001);
    assertThat(fences.ask(ONE, 10 * MINUTE)).isFalse();
  }

  @Test
  void of_very_many_incarnations_those_are_forgotten_that_were_not_heard_for_a_minute() {
    for (int i = 1; i <= 1_000; i++) {
      fences.beat(new Incarnation(i), i);
    }
    fences.beat(new Incarnation(2_000), MINUTE + 501);
    fences.read(new Incarnation(500), MINUTE + 502);
    fences.read(new Incarnation(501), MINUTE + 502);
    assertThat(fences.provenAtMostNanos(new Incarnation(500)))
        .as("by the fence")
        .hasValue(MINUTE + 502);
    assertThat(fences.provenAtMostNanos(new Incarnation(501))).as("by the beat").hasValue(501);
  }
}
