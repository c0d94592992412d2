package dev.kintsugi.tokens.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.kintsugi.core.ApplicationId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void every_task_comes_out_once_in_order_and_never_early(long seed) {
    Random random = new Random(seed);
    DueQueue queue = new DueQueue(1000);
    Map<DueTask, Instant> planned = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      DueTask task = task("g" + random.nextInt(200));
      Instant at = START.plusMillis(random.nextInt(10_000));
      queue.add(task, at);
      planned.put(task, at);
    }
    List<DueTask> done = new ArrayList<>();
    for (Instant now = START; !planned.isEmpty(); now = now.plusMillis(37)) {
      for (DueTask task : queue.take(now, 3)) {
        assertThat(planned.remove(task)).isBeforeOrEqualTo(now);
        done.add(task);
      }
    }
    assertThat(done).doesNotHaveDuplicates();
    assertThat(queue.next()).isEmpty();
    assertThat(queue.room()).isEqualTo(1000);
  }

  @Test
  void a_full_queue_says_so() {
    DueQueue queue = new DueQueue(1);
    queue.add(task("a"), START);
    queue.add(task("a"), START.plusSeconds(1));
    assertThat(queue.next()).contains(START.plusSeconds(1));
    assertThat(queue.room()).isZero();
    assertThatIllegalStateException().isThrownBy(() -> queue.add(task("b"), START));
  }

  @Test
  void tasks_are_read_back_as_they_were_written() {
    GrantKey key = new GrantKey(new ApplicationId("http://a:b/c{d}"), new GrantId("-_x"));
    for (DueTask task : List.of(new DueTask.Refresh(key), new DueTask.Revoke(key, "0f"))) {
      assertThat(DueTask.parse(task.toString())).isEqualTo(task);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "g:", "g:a", "g:a/", "x:a/b", "r:a/b", "r:1:a", "g:a/b c"})
  void anything_else_is_no_task(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> DueTask.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "a b", "ä", "a\n"})
  void a_grant_id_has_a_form(String id) {
    assertThatIllegalArgumentException().isThrownBy(() -> new GrantId(id));
    assertThatIllegalArgumentException().isThrownBy(() -> new GrantId("x".repeat(129)));
  }

  @Test
  void pauses_grow_to_a_limit_and_honour_what_the_provider_asks() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    assertThat(backoff.pause(1, Optional.empty(), 0)).isEqualTo(Duration.ofMillis(50));
    assertThat(backoff.pause(3, Optional.empty(), 0.999)).isBetween(ms(390), ms(400));
    assertThat(backoff.pause(Integer.MAX_VALUE, Optional.empty(), 0.999))
        .isBetween(ms(1990), ms(2000));
    assertThat(backoff.pause(1, Optional.of(ms(5000)), 0.5)).isBetween(ms(5000), ms(5100));
  }

  private static Duration ms(long millis) {
    return Duration.ofMillis(millis);
  }

  private static DueTask task(String id) {
    return new DueTask.Refresh(new GrantKey(new ApplicationId("webmail"), new GrantId(id)));
  }
}
