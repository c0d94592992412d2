package dev.kintsugi.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class BacklogTest {

  private static final Incarnation INCARNATION = new Incarnation(7);

  private final Backlog backlog = new Backlog(10_000);

  @Test
  void a_reader_waits_until_what_it_read_before_has_been_applied() throws Exception {
    assertThat(backlog.enter(8_000, () -> false)).isTrue();
    CompletableFuture<Boolean> second =
        CompletableFuture.supplyAsync(() -> enter(4_000, new AtomicBoolean()));
    AtomicBoolean third = new AtomicBoolean(true);
    assertThat(enter(4_000, third)).as("gives up when told to").isFalse();
    assertThat(second).isNotDone();
    backlog.leave(8_000);
    assertThat(second.get()).isTrue();
  }

  private boolean enter(int size, AtomicBoolean givenUp) {
    try {
      return backlog.enter(size, givenUp::get);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void large_content_counts_and_no_batch_is_too_large_to_ever_come_in() throws Exception {
    NodeLog.Read small = new NodeLog.Read(0, new SlotEntry.Settled(new Epoch(1, 1), INCARNATION));
    NodeLog.Read large = new NodeLog.Read(1, written("x".repeat(3_000)));
    assertThat(backlog.size(List.of(large)) - backlog.size(List.of(small))).isGreaterThan(3_000);
    int all = backlog.size(Collections.nCopies(5_000, large));
    assertThat(backlog.enter(all, () -> false)).isTrue();
    assertThat(enter(1, new AtomicBoolean(true))).isFalse();
    backlog.leave(all);
    assertThat(backlog.enter(1, () -> false)).isTrue();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5})
  void several_readers_never_hold_more_than_there_is_and_in_the_end_all_is_free(long seed)
      throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtOnce.Task[] readers = new AtOnce.Task[3];
    for (int i = 0; i < readers.length; i++) {
      Random random = new Random(seed * readers.length + i);
      readers[i] =
          () -> {
            for (int batch = 0; batch < 3_000; batch++) {
              int size = 1 + random.nextInt(6_000);
              assertThat(backlog.enter(size, () -> false)).isTrue();
              most.accumulateAndGet(inside.addAndGet(size), Math::max);
              for (int spin = 0; spin < 100; spin++) {
                Thread.onSpinWait();
              }
              inside.addAndGet(-size);
              backlog.leave(size);
            }
          };
    }
    AtOnce.run(readers);
    assertThat(most.get()).isLessThanOrEqualTo(10_000);
    assertThat(backlog.enter(10_000, () -> false)).isTrue();
  }

  private static SlotEntry written(String text) {
    ShardVersion version = new ShardVersion(1);
    Shard shard =
        new Shard(
            new ApplicationId("app"),
            Optional.empty(),
            version,
            new Content(new TreeMap<>(Map.of("a", text))),
            List.of(),
            Optional.empty(),
            Optional.empty());
    return new SlotEntry.Written(
        new Epoch(1, 1),
        INCARNATION,
        SessionId.of(new PlacementKey(1), 2, 3),
        version,
        Optional.of(shard));
  }
}
