package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.ShardKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Coordinators or logs are not there, or slow. */
class OutageScenarioTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void two_coordinators_that_both_think_they_lead_write_one_map(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    stage.run(Duration.ofSeconds(2));
    SimNode owner = stage.owner(mail);
    SimCoordinator former = stage.leader();
    ShardMapLog.Leader was = former.rules().leader().orElseThrow();
    SimCoordinator next =
        stage.cluster.coordinators.stream().filter(one -> one != former).findFirst().orElseThrow();
    former.pause(Duration.ofSeconds(2).toNanos());
    stage.until("the other leads", Duration.ofSeconds(2), next::isLeading);
    assertThat(former.isLeading()).as("it thinks so as well").isTrue();
    stage.run(Duration.ofMillis(200));
    SlotAssignment right = next.rules().map().find(stage.slot(mail)).orElseThrow();
    SlotAssignment wrong =
        SlotAssignment.ownedBy(stage.anotherThan(owner).id, List.of(owner.id), right.grant() + 1);
    ShardMap table = Saboteur.with(former.rules().map(), stage.slot(mail), wrong);
    stage.cluster.append(new ShardMapLog.Entry.Table(was.epoch(), was.incarnation(), table));
    long appended = stage.cluster.mapLog.end() - 1;
    stage.until("the former leader goes on", Duration.ofSeconds(2), former::runs);
    stage.run(Duration.ofSeconds(1));
    assertThat(former.isLeading()).isFalse();
    ShardMap map = next.rules().map();
    assertThat(map.version().epoch().fences(was.epoch())).isTrue();
    assertThat(map.version().offset())
        .as("written again over the void one")
        .isGreaterThan(appended);
    assertThat(map.find(stage.slot(mail))).hasValue(right);
    assertThat(former.rules().map().version()).isEqualTo(map.version());
    assertThat(stage.cluster.nodes).allMatch(node -> node.map().version().equals(map.version()));
    assertThat(stage.cluster.truth.owner(stage.slot(mail))).hasValue(owner.id);
    stage.put(mail, "subject", "to the same owner");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1})
  void with_all_coordinators_down_for_ten_minutes_reads_and_writes_go_on(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    stage.withoutCoordinators();
    SimNode owner = stage.owner(mail);
    for (int seconds = 0; seconds < 600; seconds += 20) {
      Stage.Call write = stage.ask(owner, stage.wish(mail, "at", Integer.toString(seconds)));
      stage.run(Duration.ofMillis(100));
      assertThat(write.answer()).isInstanceOf(Answer.Applied.class);
      Stage.Call read = stage.read(owner, mail, new Leniency.None());
      stage.run(Duration.ofMillis(100));
      assertThat(read.answer()).isInstanceOf(Answer.Found.class);
      stage.run(Duration.ofMillis(19_800));
    }
    owner.crash();
    Stage.Wish wish = stage.wish(mail, "at", "the end");
    for (SimNode node : stage.cluster.nodes) {
      Stage.Call nobody = stage.ask(node, wish);
      stage.run(Stage.PATIENCE.plusMillis(500));
      assertThat(nobody.isPutOff()).as("nobody takes over for the dead").isTrue();
    }
    stage.cluster.coordinators.getFirst().start();
    assertThat(stage.settle(wish)).isInstanceOf(Answer.Applied.class);
    assertThat(stage.content(mail)).containsEntry("at", "the end");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void an_owner_that_has_lost_its_logs_answers_with_a_mark_for_as_long_as_the_area_puts_up_with_it(
      long seed) {
    Stage stage = new Stage(seed);
    SessionId session = stage.session();
    ShardKey facts = new ShardKey(session, Area.SESSION);
    ShardKey mail = new ShardKey(session, Cluster.MAIL);
    ShardKey settings = new ShardKey(session, Cluster.SETTINGS);
    stage.put(mail, "subject", "known");
    SimNode owner = stage.soleOwner(session);
    owner.loseLogs(Duration.ofMillis(2_800).toNanos());
    Stage.Wish wish = stage.wish(mail, "subject", "unknown");
    Stage.Call write = stage.ask(owner, wish);
    stage.run(Duration.ofMillis(250));
    Leniency lenient = new Leniency.FromOwner();
    Stage.Call early = stage.read(owner, facts, lenient);
    Stage.Call mails = stage.read(owner, mail, lenient);
    Stage.Call seen = stage.read(owner, mail, new Leniency.FromStandby(1));
    Stage.Call strict = stage.read(owner, mail, new Leniency.None());
    Stage.Call never = stage.read(owner, settings, lenient);
    stage.run(Duration.ofMillis(700));
    assertThat(List.of(early, mails, seen, strict, never))
        .as("a second has not passed")
        .noneMatch(Stage.Call::isAnswered);
    Stage.Call late = stage.read(owner, facts, lenient);
    stage.run(Duration.ofMillis(400));
    assertThat(early.answer()).isInstanceOf(Answer.Stale.class);
    assertThat(mails.answer())
        .isInstanceOfSatisfying(
            Answer.Stale.class,
            stale ->
                assertThat(stale.shard().content().attributes()).containsEntry("subject", "known"));
    assertThat(seen.answer()).isInstanceOf(Answer.Stale.class);
    stage.run(Duration.ofMillis(1_300));
    assertThat(List.of(strict, never, late))
        .as("who puts up with nothing, and what is too old or must not be old at all")
        .allMatch(Stage.Call::isPutOff);
    assertThat(write.isPutOff()).as("never acknowledged").isTrue();
    assertThat(stage.cluster.staleReads.byOwners()).isEqualTo(3);
    stage.run(Duration.ofSeconds(1));
    assertThat(stage.settle(wish)).isInstanceOf(Answer.Applied.class);
    assertThat(stage.content(mail)).containsEntry("subject", "unknown");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void between_two_owners_nobody_answers_with_a_mark(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    stage.withoutCoordinators();
    SimNode former = stage.owner(mail);
    SimNode next =
        stage.cluster.nodes.stream()
            .filter(node -> node.leasePartition != former.leasePartition)
            .findFirst()
            .orElseThrow();
    // So the former owner proves nothing more, and the next one cannot fence it.
    stage
        .cluster
        .leaseLogs
        .get(former.leasePartition)
        .away(stage.scheduler.nowNanos() + Duration.ofSeconds(3).toNanos());
    former.pause(Duration.ofMillis(100).toNanos()); // Or it might release the slot in time.
    stage.saboteur.assign(stage.slot(mail), next.id, false);
    stage.run(Duration.ofMillis(300));
    assertThat(stage.cluster.truth.owner(stage.slot(mail))).hasValue(next.id);
    Stage.Call atFormer = stage.read(former, mail, new Leniency.FromOwner());
    Stage.Call atNext = stage.read(next, mail, new Leniency.FromOwner());
    stage.run(Duration.ofMillis(1_600));
    assertThat(List.of(atFormer, atNext)).allMatch(call -> call.isAnswered() && call.isPutOff());
    stage.run(Duration.ofSeconds(2));
    assertThat(stage.content(mail)).containsEntry("first", "1");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_standby_answers_with_what_its_reader_has_seen_or_not_at_all(long seed) {
    Stage stage = new Stage(seed);
    stage.withoutCoordinators();
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SimNode standby = stage.standby(mail);
    stage.put(mail, "subject", "old");
    stage.run(Duration.ofMillis(50));
    standby.stallSlots(Duration.ofSeconds(2).toNanos());
    Leniency seen =
        new Leniency.FromStandby(stage.put(mail, "subject", "new").position().nextOffset());
    Stage.Call behind = stage.read(standby, mail, seen);
    Stage.Call anything = stage.read(standby, mail, new Leniency.FromStandby(0));
    stage.run(Duration.ofMillis(50));
    assertThat(behind.isAnswered() && behind.isPutOff()).as("it may ask elsewhere").isTrue();
    assertThat(subject(anything)).isEqualTo("old");
    stage.run(Duration.ofSeconds(2));
    Stage.Call again = stage.read(standby, mail, seen);
    stage.run(Duration.ofMillis(50));
    assertThat(subject(again)).isEqualTo("new");
  }

  private static String subject(Stage.Call call) {
    return ((Answer.Stale) call.answer())
        .shard()
        .content()
        .attributes()
        .getOrDefault("subject", "");
  }

  private static final Duration GIVEN_UP_IN =
      SimCoordinator.DEAD_AFTER.plus(SimCoordinator.CUT_OFF_AFTER).plusSeconds(1);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_node_that_alone_has_lost_its_logs_for_long_is_replaced_and_comes_back(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    stage.put(mail, "subject", "before");
    SimNode owner = stage.owner(mail);
    owner.loseLogs(Duration.ofSeconds(12).toNanos());
    Stage.Call pending = stage.ask(owner, stage.wish(mail, "at", "never acknowledged"));
    stage.until("it is given up", GIVEN_UP_IN, () -> stage.isGivenUp(owner));
    stage.put(mail, "subject", "after");
    assertThat(stage.owner(mail)).isNotSameAs(owner);
    assertThat(pending.isPutOff()).as("what waited there").isTrue();
    stage.always("it stays so", Duration.ofSeconds(5), () -> stage.isGivenUp(owner));
    stage.until("it is back", Duration.ofSeconds(10), () -> !stage.isGivenUp(owner));
    stage.run(Duration.ofSeconds(3));
    assertThat(stage.content(mail)).containsEntry("subject", "after");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void with_all_logs_lost_to_all_nodes_nobody_is_given_up(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    stage.put(mail, "subject", "before");
    SimNode owner = stage.owner(mail);
    Duration outage = GIVEN_UP_IN.multipliedBy(2);
    stage.cluster.nodes.forEach(node -> node.loseLogs(outage.toNanos()));
    stage.always(
        "nobody is given up",
        outage.plusSeconds(2),
        () -> stage.cluster.nodes.stream().noneMatch(stage::isGivenUp));
    stage.put(mail, "subject", "after");
    assertThat(stage.owner(mail)).isSameAs(owner);
  }
}
