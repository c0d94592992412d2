package dev.kintsugi.node.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimingWheelTest {

  private static final long TICK = 100;

  private static SessionId session(long number) {
    return SessionId.of(new PlacementKey(number), ByteBuffer.allocate(16).putLong(number).array());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void nothing_is_due_early_and_all_is_due_within_a_tick(long seed) {
    Random random = new Random(seed);
    long[] now = {Long.MAX_VALUE - 40_000}; // The reading wraps around on the way.
    TimingWheel wheel = new TimingWheel(TICK, 16, now[0]);
    Map<SessionId, Long> deadlines = new HashMap<>();
    for (int i = 0; i < 2_000; i++) {
      if (random.nextBoolean()) {
        long wait = random.nextInt(20_000) - 500L;
        deadlines.put(session(i), now[0] + Math.max(0, wait));
        wheel.add(session(i), now[0] + wait);
      }
      long step = random.nextInt(10) == 0 ? random.nextInt(5_000) : random.nextInt(60);
      now[0] += step;
      wheel.advance(
          now[0],
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          session -> {
            Long deadline = deadlines.remove(session);
            assertThat(deadline).as("due once").isNotNull();
            assertThat(now[0] - deadline).as("not early").isNotNegative();
          });
      deadlines
          .values()
          .forEach(
              deadline -> assertThat(now[0] - deadline).as("not late").isLessThan(2 * TICK + 1));
      assertThat(wheel.size()).isEqualTo(deadlines.size());
    }
  }

  @Test
  void what_is_due_at_one_moment_is_worked_off_in_parts() {
    TimingWheel wheel = new TimingWheel(TICK, 16, 0);
    for (int i = 0; i < 1_000; i++) {
      wheel.add(session(i), 1_000);
    }
    List<SessionId> due = new ArrayList<>();
    for (int call = 1; call <= 10; call++) {
      wheel.advance(1_000, 500, 100, due::add);
      assertThat(due).hasSize(100 * call).doesNotHaveDuplicates();
    }
  }

  @Test
  void one_call_looks_at_no_more_than_it_is_told_to() {
    TimingWheel wheel = new TimingWheel(TICK, 16, 0);
    for (int i = 0; i < 1_000; i++) {
      wheel.add(session(i), 1_000 + 16 * TICK * 1_000); // Same bucket, a thousand turns later.
    }
    wheel.add(session(5_000), 1_100);
    List<SessionId> due = new ArrayList<>();
    int calls = 0;
    while (due.isEmpty()) {
      wheel.advance(1_100, 100, 10, due::add);
      calls++;
    }
    assertThat(calls).isBetween(10, 12);
    assertThat(due).containsExactly(session(5_000));
  }

  @Test
  void what_is_taken_out_may_be_put_in_again_at_once() {
    TimingWheel wheel = new TimingWheel(TICK, 16, 0);
    wheel.add(session(1), 100);
    int[] due = {0};
    for (long now = 0; now <= 1_000; now += 10) {
      long at = now;
      wheel.advance(
          now,
          10,
          10,
          session -> {
            due[0]++;
            wheel.add(session, at);
          });
    }
    assertThat(due[0]).as("once per tick").isBetween(9, 10);
  }
}
