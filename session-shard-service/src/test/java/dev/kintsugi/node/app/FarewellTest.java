package dev.kintsugi.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.node.app.Farewell.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FarewellTest {

  private static final long MILLI = 1_000_000;

  /** Wraps around on the way. */
  private long nowNanos = Long.MAX_VALUE - 3_000 * MILLI;

  private final Farewell farewell =
      new Farewell(Duration.ofSeconds(5), Duration.ofSeconds(29), nowNanos);

  private Outcome after(long millis, long owned) {
    nowNanos += millis * MILLI;
    return farewell.look(owned, true, nowNanos);
  }

  @Test
  void a_node_with_many_slots_waits_for_as_long_as_they_become_fewer() {
    for (long owned = 600; owned > 0; owned -= 4) {
      assertThat(after(120, owned)).as("%d slots left", owned).isEqualTo(Outcome.WAITS);
    }
    assertThat(after(120, 0)).isEqualTo(Outcome.NOTHING_LEFT);
  }

  @Test
  void while_nothing_moves_its_patience_ends() {
    assertThat(after(0, 10)).isEqualTo(Outcome.WAITS);
    assertThat(after(4_000, 9)).isEqualTo(Outcome.WAITS);
    assertThat(after(4_999, 9)).isEqualTo(Outcome.WAITS);
    assertThat(after(1, 9)).isEqualTo(Outcome.STUCK);
  }

  @Test
  void a_slot_that_comes_and_goes_is_no_progress() {
    assertThat(after(0, 10)).isEqualTo(Outcome.WAITS);
    assertThat(after(3_000, 11)).isEqualTo(Outcome.WAITS);
    assertThat(after(1_999, 10)).isEqualTo(Outcome.WAITS);
    assertThat(after(1, 10)).isEqualTo(Outcome.STUCK);
  }

  @Test
  void it_ends_before_the_shutdown_goes_on_without_it() {
    for (long owned = 100; owned > 72; owned--) {
      assertThat(after(1_000, owned)).isEqualTo(Outcome.WAITS);
    }
    assertThat(after(999, 72)).isEqualTo(Outcome.WAITS);
    assertThat(after(1, 71)).isEqualTo(Outcome.OUT_OF_TIME);
  }

  @Test
  void with_nobody_there_or_nothing_left_it_waits_for_nothing() {
    assertThat(farewell.look(10, false, nowNanos)).isEqualTo(Outcome.NOBODY_THERE);
    assertThat(farewell.look(0, true, nowNanos)).isEqualTo(Outcome.NOTHING_LEFT);
    assertThat(farewell.look(0, false, nowNanos)).isEqualTo(Outcome.NOTHING_LEFT);
  }
}
