package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.SlotEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions end once and for all, whatever becomes of the nodes meanwhile. */
class SessionScenarioTest {

  private static final List<Area> AREAS = List.of(Area.SESSION, Cluster.MAIL, Cluster.SETTINGS);

  /** Nobody shows anything of the session, and nobody takes a write to it. */
  private static void isOver(Stage stage, SessionId session) {
    List<Stage.Call> reads = new ArrayList<>();
    List<Stage.Call> writes = new ArrayList<>();
    for (Area area : AREAS) {
      ShardKey key = new ShardKey(session, area);
      for (SimNode node : stage.cluster.nodes) {
        if (node.isAlive()) {
          reads.add(stage.read(node, key, new Leniency.FromStandby(0)));
          writes.add(stage.ask(node, stage.wish(key, "late", "1")));
        }
      }
    }
    stage.run(Stage.READ_PATIENCE.plusMillis(200));
    assertThat(reads).allMatch(read -> read.isPutOff() || !shows(read.answer()));
    assertThat(writes).allMatch(write -> write.answer() instanceof Answer.Refused);
    assertThat(stage.sessions()).doesNotContain(session);
  }

  private static boolean shows(Answer answer) {
    return switch (answer) {
      case Answer.Found(Shard shard, var _) -> shard.lives();
      case Answer.Stale _ -> true;
      case Answer.Absent _,
          Answer.Refused _,
          Answer.Applied _,
          Answer.Sessions _,
          Answer.Unknown _ ->
          false;
    };
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_session_ended_during_a_partition_stays_ended_when_the_partition_heals(long seed) {
    Stage stage = new Stage(seed);
    SessionId session = stage.session();
    ShardKey mail = new ShardKey(session, Cluster.MAIL);
    SimNode alone = stage.owner(mail);
    stage.cutOff(alone, Duration.ofSeconds(4));
    stage.until(
        "the others go on without it", Duration.ofSeconds(3), () -> stage.owner(mail) != alone);
    stage.put(mail, "subject", "written by the others");
    stage.end(session);
    isOver(stage, session);
    stage.run(Duration.ofSeconds(4));
    stage.moveTo(alone, mail, true);
    isOver(stage, session);
  }

  private static boolean isEnding(SlotEntry entry) {
    return entry instanceof SlotEntry.Written written
        && written
            .shard()
            .flatMap(Shard::facts)
            .filter(facts -> facts.state() == SessionFacts.State.ENDING)
            .isPresent();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_session_half_ended_by_an_owner_that_died_is_ended_by_the_next_one(long seed) {
    Stage stage = new Stage(seed);
    SessionId session = stage.session();
    SlotId slot = stage.slot(new ShardKey(session, Area.SESSION));
    SimNode owner = stage.owner(new ShardKey(session, Area.SESSION));
    stage.cluster.ambush(
        Duration.ofSeconds(1).toNanos(),
        (where, entry) -> where.equals(slot) && isEnding(entry),
        owner::crash);
    stage.beginToEnd(owner, session);
    stage.until("it dies", Duration.ofSeconds(1), () -> !owner.isAlive());
    assertThat(stage.cluster.truth.ending(slot)).contains(session);
    stage.until(
        "another one goes on with it",
        Duration.ofSeconds(8),
        () -> !stage.cluster.truth.ending(slot).contains(session));
    for (Area area : AREAS) {
      assertThat(stage.cluster.truth.shard(stage.slot(new ShardKey(session, area)), session))
          .hasValueSatisfying(shard -> assertThat(shard.ended()).isTrue());
    }
    isOver(stage, session);
  }
}
