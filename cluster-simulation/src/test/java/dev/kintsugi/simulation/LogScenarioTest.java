package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.domain.SlotView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the log holds, loses to compaction, and holds that nobody can read. */
class LogScenarioTest {

  /** The records of a session's shard that are still in a log. */
  private static List<SlotEntry.Written> records(Stage stage, ShardKey key) {
    List<SlotEntry.Written> records = new ArrayList<>();
    Partition<SlotEntry> log = stage.cluster.slotLog(stage.slot(key));
    for (var record = log.next(0);
        record.isPresent();
        record = log.next(record.get().offset() + 1)) {
      if (record.get().entry() instanceof SlotEntry.Written written
          && written.session().equals(key.session())) {
        records.add(written);
      }
    }
    return records;
  }

  private static void hasWhatTheLogSays(Stage stage, SimNode node, SlotId slot) {
    SlotView view = node.machine().view(slot).orElseThrow();
    assertThat(view.caughtUp()).isTrue();
    assertThat(view.digest()).isEqualTo(stage.cluster.truth.digestBefore(slot, view.nextOffset()));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_node_back_after_longer_than_the_compaction_lag_finds_what_was_deleted_gone(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    ShardKey kept = new ShardKey(stage.session(), Cluster.MAIL);
    SlotId slot = stage.slot(mail);
    SimNode owner = stage.soleOwner(mail.session());
    SimNode away = stage.standby(mail);
    assertThat(away).isNotSameAs(owner);
    stage.until("it has the shard", Duration.ofSeconds(1), () -> has(away, slot, 2));
    away.pause(Cluster.END_MARK.plusSeconds(60).toNanos());
    stage.end(mail.session());
    stage.until(
        "nothing of it is left in the log",
        Cluster.END_MARK.plusSeconds(40),
        () -> records(stage, mail).isEmpty());
    assertThat(stage.cluster.truth.shard(slot, mail.session())).isEmpty();
    assertThat(has(away, slot, 2)).as("it still has it").isTrue();
    stage.until("it goes on", Duration.ofSeconds(60), away::runs);
    stage.run(Duration.ofSeconds(1));
    assertThat(has(away, slot, 1)).isTrue();
    hasWhatTheLogSays(stage, away, slot);
    stage.moveTo(away, mail, true);
    assertThat(stage.read(mail))
        .isInstanceOfSatisfying(
            Answer.Refused.class, refused -> assertThat(refused.why()).isEqualTo(Refusal.NO_SHARD));
    assertThat(stage.content(kept)).containsEntry("first", "1");
  }

  private static boolean has(SimNode node, SlotId slot, int shards) {
    return node.machine().view(slot).orElseThrow().shards() == shards;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void compaction_never_surfaces_a_void_record(long seed) {
    Stage stage = new Stage(seed);
    stage.withoutCoordinators();
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SlotId slot = stage.slot(mail);
    SimNode former = stage.owner(mail);
    stage.put(mail, "subject", "valid");
    stage.chaos.script(slot.toString(), Chaos.Fate.LATE);
    long voids = stage.cluster.truth.voids();
    Stage.Wish late = stage.wish(mail, "subject", "void");
    stage.ask(former, late);
    former.pause(Duration.ofSeconds(2).toNanos());
    SimNode next = stage.anotherThan(former);
    stage.moveTo(next, mail, false);
    stage.until(
        "the straggler arrives", Duration.ofSeconds(1), () -> stage.cluster.truth.voids() > voids);
    assertThat(stage.cluster.truth.hasHadEffect(late.id)).isFalse();
    stage.until(
        "compaction has left one record",
        Cluster.COMPACTION_LAG.multipliedBy(3),
        () -> records(stage, mail).size() == 1);
    Invariants.replayed(stage.cluster, slot, stage.cluster.slotLog(slot));
    SimNode fresh = stage.anotherThan(former, next);
    fresh.crash();
    fresh.start();
    stage.run(Duration.ofSeconds(1));
    hasWhatTheLogSays(stage, fresh, slot);
    stage.moveTo(fresh, mail, true);
    assertThat(stage.content(mail)).isEqualTo(Map.of("first", "1", "subject", "valid"));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_poison_record_takes_one_session_not_the_slot(long seed) {
    Stage stage = new Stage(seed);
    stage.withoutCoordinators();
    SessionId poisoned = stage.session();
    ShardKey bad = new ShardKey(poisoned, Cluster.MAIL);
    ShardKey good = new ShardKey(stage.session(), Cluster.MAIL);
    SlotId slot = stage.slot(bad);
    assertThat(stage.slot(good)).isEqualTo(slot);
    SimNode owner = stage.owner(bad);
    ShardVersion next = stage.cluster.truth.version(slot, poisoned).next();
    stage.cluster.appendUnreadable(
        slot,
        poisoned,
        new SlotEntry.Signature(
            stage.cluster.truth.epoch(slot), owner.machine().lease().incarnation(), next));
    stage.run(Duration.ofMillis(100));
    isQuarantined(stage, bad);
    stage.put(good, "subject", "read");
    SimNode second = stage.anotherThan(owner);
    stage.moveTo(second, bad, false);
    isQuarantined(stage, bad);
    assertThat(stage.content(good)).containsEntry("subject", "read");
    stage.put(good, "subject", "read again");
    assertThat(stage.content(new ShardKey(poisoned, Cluster.SETTINGS))).containsEntry("first", "1");
    stage.end(poisoned);
    assertThat(stage.sessions()).containsExactly(good.session());
    for (SimNode node : stage.cluster.nodes) {
      assertThat(node.machine().quarantined(10)).as("the end can be read").isEmpty();
      hasWhatTheLogSays(stage, node, slot);
    }
  }

  private static void isQuarantined(Stage stage, ShardKey key) {
    assertThat(stage.read(key))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.why()).isEqualTo(Refusal.QUARANTINED));
    assertThat(stage.settle(stage.wish(key, "subject", "over it")))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.why()).isEqualTo(Refusal.QUARANTINED));
  }
}
