package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.coordinator.domain.Answer.Done;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.Refusal;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.SlotEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots change hands, as planned or not, while somebody writes. */
class HandoverScenarioTest {

  private static boolean isWriteTo(SlotId slot, SlotId where, SlotEntry entry) {
    return where.equals(slot) && entry instanceof SlotEntry.Written;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void
      an_owner_that_pauses_longer_than_its_lease_answers_nothing_that_a_later_owner_has_overwritten(
          long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    stage.put(mail, "subject", "old");
    SimNode owner = stage.owner(mail);
    owner.pause(Duration.ofMillis(2_500).toNanos());
    stage.put(mail, "subject", "new");
    assertThat(stage.owner(mail)).isNotSameAs(owner);
    assertThat(owner.runs()).as("it goes on only now").isFalse();
    List<Stage.Call> asked = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      asked.add(stage.read(owner, mail, new Leniency.None()));
    }
    stage.until("the pause is over", Duration.ofSeconds(3), owner::runs);
    asked.add(stage.read(owner, mail, new Leniency.None()));
    stage.run(Duration.ofSeconds(2));
    assertThat(asked).allMatch(call -> call.isAnswered() && call.isPutOff());
    assertThat(stage.content(mail)).containsEntry("subject", "new");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_write_whose_acknowledgement_was_lost_is_found_applied_after_the_handover(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SlotId slot = stage.slot(mail);
    SimNode owner = stage.owner(mail);
    Stage.Wish wish = stage.wish(mail, "draft", "1");
    stage.cluster.ambush(
        Duration.ofSeconds(1).toNanos(),
        (where, entry) -> isWriteTo(slot, where, entry),
        owner::crash);
    Stage.Call lost = stage.ask(owner, wish);
    stage.until(
        "it is in the log", Duration.ofSeconds(1), () -> stage.cluster.truth.hasHadEffect(wish.id));
    ShardVersion version = stage.cluster.truth.version(slot, mail.session());
    Answer answer = stage.settle(wish);
    assertThat(lost.isAnswered()).isFalse();
    assertThat(answer)
        .isInstanceOfSatisfying(
            Answer.Applied.class,
            applied -> {
              assertThat(applied.repeated()).isTrue();
              assertThat(applied.version()).isEqualTo(version);
            });
    assertThat(stage.owner(mail)).isNotSameAs(owner);
    assertThat(stage.content(mail)).isEqualTo(Map.of("first", "1", "draft", "1"));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void an_idempotency_key_survives_two_handovers_in_a_row(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SimNode first = stage.owner(mail);
    Stage.Wish wish = stage.wish(mail, "draft", "1");
    Answer.Applied applied = (Answer.Applied) stage.settle(wish);
    stage.put(mail, "draft", "2");
    stage.withoutCoordinators();
    SimNode second = stage.anotherThan(first);
    stage.moveTo(second, mail, false);
    stage.moveTo(stage.anotherThan(first, second), mail, true);
    assertThat(stage.settle(wish))
        .isInstanceOfSatisfying(
            Answer.Applied.class,
            again -> {
              assertThat(again.repeated()).isTrue();
              assertThat(again.version()).isEqualTo(applied.version());
            });
    Stage.Wish other = stage.underTheSameKey(wish, new Change.Merge(new TreeMap<>()));
    assertThat(stage.settle(other))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.why()).isEqualTo(Refusal.KEY_REUSED));
    assertThat(stage.content(mail)).containsEntry("draft", "2");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void merge_patches_of_two_writers_survive_the_owners_crash_between_them(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SlotId slot = stage.slot(mail);
    SimNode owner = stage.owner(mail);
    Stage.Wish one = stage.wish(mail, "flags", "1");
    Stage.Wish other = stage.wish(mail, "folder", "2");
    stage.cluster.ambush(
        Duration.ofSeconds(1).toNanos(),
        (where, entry) -> isWriteTo(slot, where, entry),
        owner::crash);
    stage.ask(owner, one);
    stage.ask(owner, other);
    stage.until("it dies", Duration.ofSeconds(1), () -> !owner.isAlive());
    assertThat(stage.settle(other)).isInstanceOf(Answer.Applied.class);
    assertThat(stage.settle(one)).isInstanceOf(Answer.Applied.class);
    assertThat(stage.content(mail)).isEqualTo(Map.of("first", "1", "flags", "1", "folder", "2"));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_producer_replaced_mid_append_neither_loses_nor_doubles(long seed) {
    for (Chaos.Fate fate : List.of(Chaos.Fate.UNACKNOWLEDGED, Chaos.Fate.LATE, Chaos.Fate.LOST)) {
      Stage stage = new Stage(seed);
      ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
      SlotId slot = stage.slot(mail);
      SimNode owner = stage.owner(mail);
      var epoch = stage.cluster.truth.epoch(slot);
      List<Stage.Call> calls = new ArrayList<>();
      calls.add(stage.ask(owner, stage.wish(mail, "a", "1")));
      stage.chaos.script(slot.toString(), fate);
      calls.add(stage.ask(owner, stage.wish(mail, "b", "2")));
      calls.add(stage.ask(owner, stage.wish(mail, "c", "3")));
      stage.until(
          "all are answered after " + fate,
          Duration.ofSeconds(1),
          () -> calls.stream().allMatch(Stage.Call::isAnswered));
      assertThat(calls).allMatch(call -> call.answer() instanceof Answer.Applied);
      stage.run(Duration.ofSeconds(1));
      assertThat(stage.owner(mail)).isSameAs(owner);
      if (fate == Chaos.Fate.LOST) {
        assertThat(stage.cluster.truth.epoch(slot).fences(epoch)).as("a fresh epoch").isTrue();
      }
      assertThat(stage.content(mail)).isEqualTo(Map.of("first", "1", "a", "1", "b", "2", "c", "3"));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_drain_under_load_fails_no_request(long seed) {
    Stage stage = new Stage(seed);
    stage.crowd(5);
    stage.run(Duration.ofSeconds(1));
    stage.history.nothingBreaks();
    long answered = stage.history.answered();
    SimNode drained = stage.cluster.nodes.getFirst();
    SimCoordinator leader = stage.leader();
    assertThat(leader.rules().drain(drained.id, leader.now()))
        .isEqualTo(new Done(drained.id, true));
    stage.until(
        "it owns nothing",
        Duration.ofSeconds(8),
        () ->
            stage.cluster.slotLogs.keySet().stream()
                .noneMatch(slot ->
                    stage.cluster.truth.owner(slot).filter(drained.id::equals).isPresent()));
    stage.run(Duration.ofSeconds(2));
    assertThat(stage.history.answered() - answered).isGreaterThan(100);
    assertThat(stage.cluster.slotLogs.keySet()).noneMatch(slot -> stage.serves(drained, slot));
    assertThat(stage.cluster.slotLogs.keySet()).allMatch(slot -> stage.copies(slot) >= 2);
  }
}
