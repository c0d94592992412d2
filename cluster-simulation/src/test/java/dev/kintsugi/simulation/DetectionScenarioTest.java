package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.node.domain.ShardKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that watch each other: what they say gives the dead up, and never the living. */
class DetectionScenarioTest {

  /** Longer than it takes to give up whom nobody hears. */
  private static final Duration LONG = Duration.ofSeconds(3);

  private static Stage watching(long seed) {
    Stage stage = new Stage(seed);
    stage.watchEachOther();
    return stage;
  }

  private static List<SimNode> others(Stage stage, SimNode node) {
    return stage.cluster.nodes.stream().filter(other -> !other.equals(node)).toList();
  }

  /** From the coordinators alone: nodes, logs and callers still reach it. */
  private static void cutOffFromCoordinators(Stage stage, SimNode node, Duration time) {
    stage.cluster.coordinators.forEach(
        one -> stage.cluster.network.cut(node.id.value(), one.name, time.toNanos()));
  }

  private static Optional<Incarnation> livesFor(SimCoordinator coordinator, SimNode node) {
    return coordinator.rules().nodes().stream()
        .map(view -> view.node())
        .filter(known -> known.id().equals(node.id))
        .map(MapNode::incarnation)
        .findFirst();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_killed_node_is_given_up_by_a_word_and_a_knock(long seed) {
    Stage stage = watching(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SimNode killed = stage.owner(mail);
    killed.crash();
    stage.until(
        "it is given up, long before it would be knocked at for its silence",
        Duration.ofMillis(150),
        () -> stage.isGivenUp(killed));
    stage.put(mail, "subject", "goes on");
    assertThat(stage.owner(mail)).isNotSameAs(killed);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_node_that_one_other_is_refused_by_is_not_given_up(long seed) {
    Stage stage = watching(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SimNode owner = stage.owner(mail);
    SimNode accuser = stage.anotherThan(owner);
    stage.cluster.network.refuse(accuser.id.value(), owner.id.value(), LONG.toNanos());
    stage.always("nobody is given up", LONG, () -> !stage.isGivenUp(owner));
    assertThat(stage.owner(mail)).isSameAs(owner);
    stage.put(mail, "subject", "still there");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_node_that_all_others_are_refused_by_but_the_coordinator_hears_is_not_given_up(long seed) {
    Stage stage = watching(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SimNode owner = stage.owner(mail);
    others(stage, owner)
        .forEach(other ->
            stage.cluster.network.refuse(other.id.value(), owner.id.value(), LONG.toNanos()));
    stage.always("nobody is given up", LONG, () -> !stage.isGivenUp(owner));
    assertThat(stage.owner(mail)).isSameAs(owner);
    stage.put(mail, "subject", "still there");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_node_that_only_the_coordinator_does_not_hear_keeps_its_slots(long seed) {
    Stage stage = watching(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    SimNode owner = stage.owner(mail);
    cutOffFromCoordinators(stage, owner, LONG);
    stage.always("nobody is given up", LONG, () -> !stage.isGivenUp(owner));
    assertThat(stage.owner(mail)).isSameAs(owner);
    stage.put(mail, "subject", "still there");
  }

  /**
   * A node is started again while the others still say of its former life that nothing listens: for
   * 700 ms nobody hears it, and no knock gets an answer either way.
   *
   * @param lateReaders how long the others read no map, which names the new life
   */
  private static void startsAgainUnheard(Stage stage, SimNode node, Duration lateReaders) {
    Duration unheard = Duration.ofMillis(700);
    cutOffFromCoordinators(stage, node, Duration.ofMillis(60));
    others(stage, node).forEach(other -> other.stallReading(lateReaders.toNanos()));
    node.crash();
    stage.run(Duration.ofMillis(10));
    others(stage, node)
        .forEach(other ->
            stage.cluster.network.cut(
                node.id.value(), other.id.value(), unheard.plusMillis(60).toNanos()));
    stage.run(Duration.ofMillis(30));
    node.start();
    Incarnation next = node.machine().lease().incarnation();
    stage.until(
        "the leader has heard of the new life",
        Duration.ofMillis(300),
        () -> livesFor(stage.leader(), node).equals(Optional.of(next)));
    stage.cutOff(node, unheard);
    stage.always("the new life is not given up", unheard, () -> !stage.isGivenUp(node));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void what_was_said_of_a_life_that_has_ended_does_not_harm_the_next_one(long seed) {
    Stage stage = watching(seed);
    SimNode node = stage.cluster.nodes.getFirst();
    startsAgainUnheard(stage, node, Duration.ofMillis(900));
    stage.always("nor is it later", LONG, () -> !stage.isGivenUp(node));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void what_was_seen_of_a_life_that_has_ended_does_not_harm_the_next_one(long seed) {
    Stage stage = watching(seed);
    SimNode node = stage.cluster.nodes.getFirst();
    startsAgainUnheard(stage, node, Duration.ZERO);
    stage.always("nor is it later", LONG, () -> !stage.isGivenUp(node));
  }
}
