package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WallClockTest {

  private static final Instant START = Instant.parse("2026-11-23T10:30:00Z");

  private final WallClock clock = new WallClock();
  private long nanos = Long.MAX_VALUE - Duration.ofMinutes(1).toNanos();
  private Instant wall = START;

  private WallClock.Span after(Duration byTicker, Duration byWall) {
    nanos += byTicker.toNanos();
    wall = wall.plus(byWall);
    return clock.look(nanos, wall);
  }

  private WallClock.Span after(Duration time) {
    return after(time, time);
  }

  @Test
  void a_clock_that_runs_on_is_believed_also_where_it_is_slowed_or_hurried() {
    assertThat(after(Duration.ZERO)).isEqualTo(WallClock.Span.at(START));
    for (int i = 0; i < 10_000; i++) {
      WallClock.Span now = after(Duration.ofMillis(1_000), Duration.ofMillis(i % 3 * 500L));
      assertThat(now).isEqualTo(WallClock.Span.at(wall));
    }
  }

  @ParameterizedTest(name = "by {0} s")
  @ValueSource(longs = {2, 86_400, 40_000_000_000L})
  void a_step_forward_is_doubted_for_hours_and_then_believed(long seconds) {
    after(Duration.ZERO);
    Instant before = wall;
    WallClock.Span now = after(Duration.ofSeconds(1), Duration.ofSeconds(1 + seconds));
    assertThat(now).isEqualTo(new WallClock.Span(before.plusSeconds(1), wall));
    now = after(WallClock.DOUBTED.minusMillis(1));
    assertThat(now.earliest())
        .isEqualTo(before.plusSeconds(1).plus(WallClock.DOUBTED).minusMillis(1));
    assertThat(after(Duration.ofMillis(1))).isEqualTo(WallClock.Span.at(wall));
  }

  @ParameterizedTest(name = "by {0} s")
  @ValueSource(longs = {2, 3_600, 3_000_000_000L})
  void a_step_back_is_doubted_too(long seconds) {
    after(Duration.ZERO);
    Instant before = wall;
    WallClock.Span now = after(Duration.ofSeconds(1), Duration.ofSeconds(1 - seconds));
    assertThat(now).isEqualTo(new WallClock.Span(wall, before.plusSeconds(1)));
  }

  @Test
  void a_step_that_is_taken_back_leaves_no_doubt() {
    after(Duration.ZERO);
    after(Duration.ofSeconds(1), Duration.ofDays(1));
    WallClock.Span now = after(Duration.ofSeconds(1), Duration.ofSeconds(2).minusDays(1));
    assertThat(now).isEqualTo(WallClock.Span.at(START.plusSeconds(2)));
  }

  @Test
  void while_the_ticker_stands_still_the_time_is_in_between() {
    after(Duration.ZERO);
    WallClock.Span now = after(Duration.ZERO, Duration.ofHours(8));
    assertThat(now).isEqualTo(new WallClock.Span(START, START.plus(Duration.ofHours(8))));
  }
}
