package dev.kintsugi.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ApplicationId;
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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
