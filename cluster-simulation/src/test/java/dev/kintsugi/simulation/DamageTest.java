package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.domain.SlotView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A copy that really goes wrong, which no log does: it is found out and heals. */
class DamageTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private static boolean isFirst(SlotEntry entry) {
    return entry instanceof SlotEntry.Written written
        && written.version().equals(ShardVersion.NONE.next());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void a_copy_that_a_record_did_not_get_to_is_found_and_read_anew(long seed) {
    Scheduler scheduler = new Scheduler(seed);
    Chaos chaos = new Chaos(scheduler);
    chaos.calm();
    Cluster cluster = new Cluster(scheduler, chaos, new Trace(scheduler, false), 3);
    History history = new History(cluster);
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clients.add(new Client(cluster, history, i, 3));
    }
    clients.forEach(Client::start);
    long began = scheduler.nowNanos();
    Runnable check = () -> Invariants.afterStep(cluster);
    scheduler.runUntil(began + 3 * SECOND, check);
    for (SimNode node : cluster.nodes) {
      node.damage()
          .loseNext((slot, entry) ->
              slot.area().equals(Area.SESSION)
                  && isFirst(entry)
                  && node.machine().view(slot).orElseThrow().role() == SlotView.Role.STANDBY
                  && node.machine().view(slot).orElseThrow().caughtUp());
    }
    scheduler.runUntil(began + 8 * SECOND, check);
    assertThat(cluster.alarms).as("found").isPositive();
    scheduler.runUntil(began + 12 * SECOND, check);
    for (SimNode node : cluster.nodes) {
      assertThat(node.damage().isEmpty()).as("healed").isTrue();
      for (SlotView view : node.machine().views()) {
        SlotId slot = view.slot();
        assertThat(view.caughtUp()).isTrue();
        assertThat(view.digest()).isEqualTo(cluster.truth.digestBefore(slot, view.nextOffset()));
      }
    }
  }
}
