package dev.kintsugi.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.coordinator.domain.Coordinator;
import dev.kintsugi.coordinator.domain.CoordinatorId;
import dev.kintsugi.coordinator.domain.Event;
import dev.kintsugi.coordinator.domain.Health;
import dev.kintsugi.coordinator.domain.Heartbeat;
import dev.kintsugi.coordinator.domain.Limits;
import dev.kintsugi.coordinator.domain.Notice;
import dev.kintsugi.coordinator.domain.Now;
import dev.kintsugi.coordinator.domain.ProbeResult;
import dev.kintsugi.coordinator.domain.Settings;
import dev.kintsugi.coordinator.domain.Timing;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMapLog.Entry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CoordinatorLoopTest {

  private static final Duration TICK = Duration.ofMillis(5);

  /** A log that takes no tables; the loop reads everything else back. */
  private static final class NarrowLog implements MapLog, AutoCloseable {

    final AtomicReference<CoordinatorLoop> loop = new AtomicReference<>();
    final AtomicInteger claims = new AtomicInteger();
    final BlockingQueue<Entry.Table> refused = new LinkedBlockingQueue<>();
    final AtomicInteger renewals = new AtomicInteger();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private long offset;

    @Override
    public CompletableFuture<?> append(Entry entry) {
      return CompletableFuture.runAsync(() -> take(entry), thread);
    }

    private void take(Entry entry) {
      if (entry instanceof Entry.Table table) {
        refused.add(table);
        throw new RecordTooLargeException("a table");
      }
      claims.addAndGet(entry instanceof Entry.Leadership ? 1 : 0);
      loop.get().read(List.of(new Event.Read(offset++, entry)));
    }

    @Override
    public void renew() {
      renewals.incrementAndGet();
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }

  private static Settings settings() {
    return new Settings(
        new CoordinatorId("coordinator-4"),
        "http://127.0.0.1:1",
        Areas.of(List.of(new AreaPolicy(Area.SESSION, 4, 2, 1_000))),
        Timing.DEFAULT,
        new Limits(1, 4, 8, 256),
        TICK,
        10);
  }

  private static Heartbeat heartbeat(long sequence) {
    return new Heartbeat(
        new NodeId("node-1"),
        new Incarnation(5),
        URI.create("http://127.0.0.1:1"),
        sequence,
        Map.of(),
        Optional.empty(),
        false);
  }

  @Test
  void a_table_that_the_log_does_not_take_ends_no_lead() throws Exception {
    BlockingQueue<Notice> notices = new LinkedBlockingQueue<>();
    try (NarrowLog log = new NarrowLog();
        CoordinatorLoop loop =
            new CoordinatorLoop(
                new Coordinator(settings(), new Incarnation(7)),
                log,
                _ -> CompletableFuture.completedFuture(ProbeResult.ANSWERED),
                notices::add,
                () -> new Now(System.nanoTime(), Instant.now()),
                TICK,
                256)) {
      log.loop.set(loop);
      loop.start();
      loop.read(List.of(new Event.ReachedEnd()));
      long sequence = 0;
      while (!loop.health().tableTooLarge()) {
        assertThat(loop.heard(heartbeat(++sequence))).isEqualTo(Offer.ACCEPTED);
        var _ = notices.poll(50, TimeUnit.MILLISECONDS);
      }
      assertThat(log.refused.poll(10, TimeUnit.SECONDS)).isNotNull();
      Health health = loop.health();
      assertThat(health.leading()).isTrue();
      assertThat(log.claims).hasValue(1);
      assertThat(log.renewals).hasValue(0);
    }
  }
}
