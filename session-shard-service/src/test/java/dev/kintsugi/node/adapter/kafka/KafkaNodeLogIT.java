package dev.kintsugi.node.adapter.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.node.domain.Moment;
import dev.kintsugi.node.runtime.NodeLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lease log on a real broker. */
class KafkaNodeLogIT {

  private static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 2, 2, 1_000)));
  private static final NodeId SELF = new NodeId("node-1");
  private static final NodeId DEAD = new NodeId("node-2");
  private static final int ELSEWHERE = KafkaNodeLog.leasePartition(DEAD);
  private static final Incarnation OWN = new Incarnation(1);
  private static final Incarnation OTHER = new Incarnation(2);

  /** Writes down what the lease log says. */
  private static final class Ledger implements NodeLog.Listener {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private int firstBeats;

    String next() {
      try {
        String line = told.poll(20, TimeUnit.SECONDS);
        if (line == null) {
          throw new IllegalStateException("nothing more was read for 20 s");
        }
        return line;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void onFollowed(SlotId slot) {}

    @Override
    public void onEntries(SlotId slot, List<NodeLog.Read> entries) {}

    @Override
    public void onAtEnd(SlotId slot, Moment asOf) {}

    @Override
    public void onSlotLogLost(SlotId slot) {}

    /** The first heartbeat is repeated by the other writer, some time. */
    @Override
    public void onBeat(Incarnation of, long sequence) {
      firstBeats += sequence == 1 ? 1 : 0;
      if (sequence == 1 && firstBeats > 1) {
        return;
      }
      told.add("beat " + sequence + " of " + of.value());
    }

    @Override
    public void onFence(Incarnation of) {
      told.add("fence of " + of.value());
    }

    @Override
    public void onMalformedLease() {
      told.add("malformed");
    }

    @Override
    public void onBeatsMissed() {
      told.add("missed");
    }

    @Override
    public void onLeaseLogLost() {
      told.add("lost");
    }
  }

  /** A node's log on a broker of its own, and what it has told. */
  private static void withLog(BiConsumer<KafkaNodeLog, Ledger> test) throws Exception {
    Ledger ledger = new Ledger();
    try (EmbeddedKafka kafka = EmbeddedKafka.start()) {
      var settings = new LogSettings(kafka.bootstrapServers(), "", (short) 1);
      new Topics(settings).ensure(AREAS, Duration.ofSeconds(20));
      try (var log = new KafkaNodeLog(settings, AREAS, SELF)) {
        log.start(ledger);
        // From the end on: what is appended before the reader got there is not read.
        do {
          log.appendBeat(OWN, 1);
        } while (ledger.told.poll(200, TimeUnit.MILLISECONDS) == null);
        log.appendBeat(OWN, 2);
        assertThat(Stream.generate(ledger::next).anyMatch("beat 2 of 1"::equals)).isTrue();
        test.accept(log, ledger);
      }
    }
  }

  @Test
  void fences_elsewhere_come_back() throws Exception {
    assertThat(ELSEWHERE).isNotEqualTo(KafkaNodeLog.leasePartition(SELF));
    withLog((log, ledger) -> {
      log.appendFence(DEAD, OTHER, ELSEWHERE, OWN);
      assertThat(Stream.generate(ledger::next).anyMatch("fence of 2"::equals)).isTrue();
    });
  }

  @Test
  void a_fence_elsewhere_does_not_wait_for_the_next_heartbeat_where_only_its_own_are_read()
      throws Exception {
    withLog((log, ledger) -> {
      log.watchNoMore();

      log.appendFence(DEAD, OTHER, ELSEWHERE, OWN);

      List<String> told = List.of(ledger.next(), ledger.next());
      assertThat(told)
          .as("the newest heartbeat again, though none was due, and the fence")
          .containsExactlyInAnyOrder("beat 2 of 1", "fence of 2");
    });
  }
}
