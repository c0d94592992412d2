package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CoordinatorSimulationTest {

  private static final NodeId ONE = new NodeId("node-1");
  private static final NodeId TWO = new NodeId("node-2");

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 10);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void the_first_table_waits_for_the_nodes_and_is_even(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3);
    world.until(Duration.ofSeconds(3), world::hasMap);
    assertThat(world.isCalm() || world.log.truth.map().nodes().size() == 3).isTrue();
    ShardMap first = world.log.truth.map();
    world.run(Duration.ofSeconds(3));
    assertThat(world.log.truth.map().version()).isEqualTo(first.version());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_killed_node_owns_nothing_600_ms_later(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    world.run(Duration.ofMillis(world.random.nextInt(500)));
    world.nodes.get(ONE).kill();
    world.until(Duration.ofMillis(450), () -> !world.owns(ONE));
    Handover handover = world.leader().rules.handovers(100).getLast();
    assertThat(handover.kind()).isEqualTo(Handover.Kind.UNPLANNED);
    assertThat(handover.reason()).isEqualTo("node-1 is dead");
    assertThat(handover.lastHeartbeat().orElseThrow()).isBefore(handover.detected().orElseThrow());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_stopped_node_owns_nothing_1200_ms_later_and_gets_its_share_back_when_it_goes_on(
      long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    world.nodes.get(TWO).paused = true;
    world.until(Duration.ofMillis(1_100), () -> !world.owns(TWO));
    world.run(Duration.ofSeconds(8));
    world.nodes.get(TWO).paused = false;
    world.until(Duration.ofSeconds(10), world::isCalm);
    assertThat(world.owns(TWO)).isTrue();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_killed_leader_is_followed_by_the_other_which_then_sees_deaths(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    SimCoordinator old = world.leader();
    old.kill();
    world.nodes.get(ONE).kill();
    world.until(Duration.ofMillis(2_300), () -> !world.owns(ONE));
    assertThat(world.leader()).isNotSameAs(old);
    old.restart(world.nextIncarnation());
    world.nodes.get(ONE).restart();
    world.settled();
    assertThat(world.leader()).isNotSameAs(old);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void the_late_table_of_a_leader_that_was_stopped_is_void_and_written_over(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    SimCoordinator old = world.leader();
    old.heldUntilNanos = world.nanos + Duration.ofSeconds(3).toNanos();
    world.nodes.get(ONE).kill();
    world.until(Duration.ofSeconds(1), () -> world.log.truth.map() != null && isJudged(old, ONE));
    old.paused = true;
    world.until(Duration.ofSeconds(4), () -> !world.owns(ONE));
    assertThat(world.leader()).isNotSameAs(old);
    ShardMap before = world.log.truth.map();
    long voids = world.log.count(Outcome.VOID);
    world.run(Duration.ofSeconds(3));
    assertThat(world.log.count(Outcome.VOID)).as("the late table landed").isGreaterThan(voids);
    assertThat(world.log.truth.map().version().newerThan(before.version())).isTrue();
    assertThat(world.log.entries.lastIndexOf(lastTable(world)))
        .isEqualTo(world.log.truth.map().version().offset());
    old.paused = false;
    world.run(Duration.ofSeconds(2));
    assertThat(old.rules.isLeading()).isFalse();
  }

  private static boolean isJudged(SimCoordinator coordinator, NodeId node) {
    return coordinator.notices.contains(
        new Notice.Judged(new Verdict(node, Life.DEAD, Verdict.Reason.REFUSED)));
  }

  private static Object lastTable(SimWorld world) {
    return world.log.entries.stream()
        .filter(dev.kintsugi.core.ShardMapLog.Entry.Table.class::isInstance)
        .reduce((_, b) -> b)
        .orElseThrow();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_coordinator_that_was_stopped_kills_nobody_when_it_goes_on(long seed) {
    SimWorld world = new SimWorld(seed, 1, 3).settled();
    ShardMap before = world.log.truth.map();
    world.coordinators.getFirst().paused = true;
    world.run(Duration.ofSeconds(4));
    world.coordinators.getFirst().paused = false;
    world.run(Duration.ofSeconds(3));
    assertThat(world.coordinators.getFirst().notices)
        .noneMatch(n -> n instanceof Notice.Judged(Verdict v) && v.life() == Life.DEAD);
    assertThat(world.log.truth.map().sameContent(before)).isTrue();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_leaving_node_is_emptied_by_planned_moves_alone(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    world.nodes.get(ONE).leaving = true;
    world.until(Duration.ofSeconds(6), () -> !world.owns(ONE));
    assertThat(world.leader().rules.handovers(100))
        .isNotEmpty()
        .allMatch(h -> h.kind() == Handover.Kind.PLANNED);
    // It may be started again, so its copies are not made elsewhere before it has been missed long.
    world.run(Duration.ofSeconds(3));
    world.log.truth.map().forEachSlot((_, a) -> assertThat(Draft.holders(a)).hasSize(2));
    world.nodes.get(ONE).kill();
    world.run(Timing.DEFAULT.grace().plusSeconds(10));
    world
        .log
        .truth
        .map()
        .forEachSlot((slot, a) -> {
          assertThat(a.involves(ONE)).as("%s", slot).isFalse();
          assertThat(Draft.holders(a)).as("%s", slot).hasSize(2);
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_drain_by_an_operator_survives_a_change_of_leader(long seed) {
    SimWorld world = new SimWorld(seed, 2, 4).settled();
    SimCoordinator first = world.leader();
    assertThat(first.rules.drain(ONE, world.now())).isEqualTo(new Answer.Done(ONE, true));
    world.run(Duration.ofMillis(100));
    first.kill();
    world.until(Duration.ofSeconds(10), () -> !world.owns(ONE));
    world.run(Duration.ofSeconds(5));
    assertThat(world.owns(ONE)).isFalse();
    assertThat(world.leader().rules.activate(ONE, world.now()))
        .isEqualTo(new Answer.Done(ONE, false));
    world.until(Duration.ofSeconds(10), () -> world.owns(ONE));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_drain_survives_a_pause_of_the_node_and_a_change_of_leader_meanwhile(long seed) {
    SimWorld world = new SimWorld(seed, 2, 4).settled();
    SimCoordinator first = world.leader();
    assertThat(first.rules.drain(ONE, world.now())).isEqualTo(new Answer.Done(ONE, true));
    world.until(Duration.ofSeconds(10), () -> !world.owns(ONE));
    world.nodes.get(ONE).paused = true;
    world.until(Duration.ofSeconds(3), () -> isDead(world, ONE));
    assertThat(first.rules.activate(ONE, world.now()))
        .as("which the next leader could not know")
        .isInstanceOf(Answer.Refused.class);
    SimCoordinator second =
        world.coordinators.stream().filter(c -> c != first).findFirst().orElseThrow();
    if (seed % 2 == 0) {
      second.kill();
      second.restart(world.nextIncarnation());
      world.run(Duration.ofMillis(200));
    }
    first.kill();
    world.until(Duration.ofSeconds(5), () -> leads(world, second));
    world.nodes.get(ONE).paused = false;
    world.until(Duration.ofSeconds(1), () -> !isDead(world, ONE));
    world.run(Duration.ofSeconds(8));
    assertThat(world.owns(ONE)).isFalse();
    assertThat(second.rules.activate(ONE, world.now())).isEqualTo(new Answer.Done(ONE, false));
    world.until(Duration.ofSeconds(10), () -> world.owns(ONE));
  }

  private static boolean isDead(SimWorld world, NodeId node) {
    return world.log.truth.map().node(node).orElseThrow().state() == MapNode.State.DEAD;
  }

  private static boolean leads(SimWorld world, SimCoordinator coordinator) {
    return coordinator.rules.isLeading()
        && coordinator.rules.leader().equals(world.log.truth.leader());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void through_kills_pauses_lost_appends_and_joins_it_always_comes_to_rest(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    for (int round = 0; round < 10; round++) {
      disturb(world, round);
      world.run(Duration.ofMillis(world.random.nextInt(2_000)));
    }
    world.lostAppends = 0;
    world
        .nodes
        .values()
        .forEach(node -> {
          node.paused = false;
          if (!node.alive) {
            node.restart();
          }
        });
    world.coordinators.forEach(c -> {
      c.paused = false;
      if (!c.alive) {
        c.restart(world.nextIncarnation());
      }
    });
    world.until(Duration.ofSeconds(60), world::isCalm);
    world.run(Duration.ofSeconds(10));
    ShardMap calm = world.log.truth.map();
    world.run(Duration.ofSeconds(5));
    assertThat(world.log.truth.map().sameContent(calm)).as("no oscillation").isTrue();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_slot_is_shown_as_thin_until_its_new_copy_has_caught_up(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    world.until(Duration.ofMillis(500), () -> thin(world) == 0);
    world.nodes.get(ONE).kill();
    world.until(Duration.ofMillis(450), () -> thin(world) > 0);
    assertThat(world.leader().rules.liveCopies().values()).contains(1, 2);
    world.until(Duration.ofSeconds(15), () -> isCopiedTwice(world));
    assertThat(thin(world)).as("the map names a second node, which still reads").isPositive();
    world.until(Duration.ofSeconds(1), () -> thin(world) == 0);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_node_that_was_restarted_has_no_copies_until_it_says_so(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    world.until(Duration.ofMillis(500), () -> thin(world) == 0);
    world.nodes.get(ONE).kill();
    world.nodes.get(ONE).restart();
    world.until(Duration.ofMillis(150), () -> thin(world) > 0);
    world.until(Duration.ofSeconds(1), () -> thin(world) == 0);
  }

  /** Leaders changed often before the copy was made, and more often since. */
  private static SimWorld withHistory(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    changeLeader(world);
    return world;
  }

  private static void changeLeader(SimWorld world) {
    SimCoordinator old = world.leader();
    old.paused = true;
    NodeId drained = world.random.nextBoolean() ? ONE : TWO;
    world.until(Duration.ofSeconds(3), () -> !world.leader().equals(old));
    old.paused = false;
    assertThat(world.leader().rules.drain(drained, world.now())).isInstanceOf(Answer.Done.class);
    world.run(Duration.ofMillis(500));
    assertThat(world.leader().rules.activate(drained, world.now())).isInstanceOf(Answer.Done.class);
    world.settled();
  }

  private static long leaders(SimWorld world) {
    return world.log.count(Outcome.LEADER_CHANGED);
  }

  private static void assertLedAndFollowed(SimWorld world, Duration within) {
    world.step();
    world.until(
        within,
        () ->
            world.coordinators.stream()
                .anyMatch(
                    c -> c.rules.isLeading() && c.rules.leader().equals(world.log.truth.leader())));
    world.until(within, world::isFollowed);
    long leaders = leaders(world);
    world.nodes.get(ONE).kill();
    world.until(Duration.ofSeconds(1), () -> !world.owns(ONE) && world.isFollowed());
    world.run(Duration.ofSeconds(5));
    assertThat(leaders(world)).as("the lead has come to rest").isEqualTo(leaders);
    assertThat(world.isFollowed()).isTrue();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_log_that_loses_its_tail_is_led_and_followed_again(long seed) {
    SimWorld world = withHistory(seed);
    int kept = world.log.entries.size() - 1 - world.random.nextInt(world.log.entries.size() / 2);
    world.log.cut(kept);
    assertLedAndFollowed(world, Duration.ofSeconds(4));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void an_old_copy_of_the_log_is_led_above_what_nodes_go_by(long seed) {
    SimWorld world = withHistory(seed);
    int copy = world.log.entries.size();
    changeLeader(world);
    changeLeader(world);
    changeLeader(world);
    world.coordinators.forEach(SimCoordinator::kill);
    world.run(Duration.ofSeconds(1));
    world.log.cut(copy);
    world.coordinators.forEach(c -> c.restart(world.nextIncarnation()));
    assertLedAndFollowed(world, Duration.ofSeconds(4));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_log_made_anew_under_running_coordinators_is_led_above_what_nodes_go_by(long seed) {
    SimWorld world = withHistory(seed);
    changeLeader(world);
    world.log.cut(0);
    assertLedAndFollowed(world, Duration.ofSeconds(4));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void who_leads_an_old_copy_already_when_the_first_node_is_heard_claims_once_more(long seed) {
    SimWorld world = withHistory(seed);
    int copy = world.log.entries.size();
    changeLeader(world);
    changeLeader(world);
    world.coordinators.forEach(SimCoordinator::kill);
    world.nodes.values().forEach(node -> node.paused = true);
    world.log.cut(copy);
    world.coordinators.forEach(c -> c.restart(world.nextIncarnation()));
    world.until(Duration.ofSeconds(4), () -> world.coordinators.getFirst().rules.isLeading());
    world.run(Duration.ofSeconds(1));
    long leaders = leaders(world);
    world.nodes.values().forEach(node -> node.paused = false);
    world.until(Duration.ofSeconds(2), world::isFollowed);
    assertThat(leaders(world)).as("once").isEqualTo(leaders + 1);
    assertThat(world.coordinators)
        .anySatisfy(c -> assertThat(c.notices).anyMatch(Notice.MapLost.class::isInstance));
    assertLedAndFollowed(world, Duration.ofSeconds(2));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void nobody_claims_for_what_nodes_read_before_the_leader_does(long seed) {
    SimWorld world = withHistory(seed);
    long leaders = leaders(world);
    for (int i = 0; i < 10; i++) {
      SimNode node = world.add("late-" + i);
      world.run(Duration.ofMillis(300 + world.random.nextInt(300)));
      node.kill();
      world.run(Duration.ofMillis(600));
    }
    assertThat(leaders(world)).isEqualTo(leaders);
    assertThat(world.coordinators)
        .allSatisfy(c -> assertThat(c.notices).noneMatch(Notice.MapLost.class::isInstance));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void a_table_that_outgrows_the_log_leaves_the_leader_and_its_map_where_they_are(long seed) {
    SimWorld world = new SimWorld(seed, 2, 3).settled();
    SimCoordinator leader = world.leader();
    ShardMap before = world.log.truth.map();
    long leaders = leaders(world);
    world.mostNodesInTable = 3;
    SimNode fourth = world.add("node-4");
    world.run(Duration.ofSeconds(20));
    assertThat(leaders(world)).isEqualTo(leaders);
    assertThat(world.leader()).isSameAs(leader);
    assertThat(world.log.truth.map()).isEqualTo(before);
    assertThat(leader.rules.health().tableTooLarge()).isTrue();
    assertThat(leader.notices).anyMatch(Notice.TableTooLarge.class::isInstance);
    assertThat(leader.tablesRefused).as("tables that differ from the last").isLessThan(10);

    fourth.kill();
    world.run(Timing.DEFAULT.forgetAfter().plusSeconds(5));
    assertThat(leader.rules.health().tableTooLarge()).as("nothing to write").isFalse();

    world.mostNodesInTable = 4;
    fourth.restart();
    world.until(Duration.ofSeconds(20), world::isCalm);
    assertThat(leader.rules.health().tableTooLarge()).isFalse();
    assertThat(leaders(world)).isEqualTo(leaders);
  }

  private static int thin(SimWorld world) {
    return world.leader().rules.health().thin();
  }

  private static boolean isCopiedTwice(SimWorld world) {
    boolean[] twice = {true};
    world
        .log
        .truth
        .map()
        .forEachSlot((_, a) ->
            twice[0] &=
                Draft.holders(a).stream().filter(node -> world.nodes.get(node).runs()).count()
                    >= 2);
    return twice[0];
  }

  private static void disturb(SimWorld world, int round) {
    List<SimNode> nodes = List.copyOf(world.nodes.values());
    SimNode node = nodes.get(world.random.nextInt(nodes.size()));
    SimCoordinator coordinator = world.coordinators.get(world.random.nextInt(2));
    switch (world.random.nextInt(7)) {
      case 0 -> {
        if (node.alive) {
          node.kill();
        } else {
          node.restart();
        }
      }
      case 1 -> node.paused = node.alive && !node.paused;
      case 2 -> world.add("late-" + round);
      case 3 -> {
        if (coordinator.alive) {
          coordinator.kill();
        } else {
          coordinator.restart(world.nextIncarnation());
        }
      }
      case 4 -> coordinator.paused = !coordinator.paused;
      case 5 -> world.lostAppends = world.random.nextDouble() * 0.3;
      case 6 -> world.lostAppends = 0;
      default -> throw new IllegalStateException();
    }
  }
}
