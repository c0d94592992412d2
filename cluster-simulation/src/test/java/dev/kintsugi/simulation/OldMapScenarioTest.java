package dev.kintsugi.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.domain.ShardKey;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log of maps loses its end, or an old copy takes its place. */
class OldMapScenarioTest {

  private static final Duration SOON = Duration.ofSeconds(5);

  private static void leadAgain(Stage stage) {
    SimCoordinator former = stage.leader();
    former.pause(Duration.ofSeconds(2).toNanos());
    stage.until(
        "the other leads",
        SOON,
        () -> stage.cluster.coordinators.stream().anyMatch(c -> c.isLeading() && c != former));
    stage.until("the former goes on", SOON, former::runs);
    stage.run(Duration.ofMillis(200));
  }

  private static void giveAway(Stage stage, ShardKey key) {
    SimNode to = stage.anotherThan(stage.owner(key));
    stage.saboteur.assign(stage.slot(key), to.id, false);
    stage.until("it serves", SOON, () -> stage.serves(to, stage.slot(key)));
  }

  private static void assertFollowed(Stage stage, ShardKey key, MapVersion known) {
    stage.until(
        "a newer map is followed by all",
        SOON,
        () ->
            stage.map().version().newerThan(known)
                && stage.cluster.nodes.stream()
                    .allMatch(node -> node.map().version().equals(stage.map().version())));
    SimNode owner = stage.owner(key);
    owner.crash();
    stage.until(
        "another serves",
        SOON,
        () -> stage.cluster.nodes.stream().anyMatch(node -> stage.serves(node, stage.slot(key))));
    stage.put(key, "subject", "after the loss");
    assertThat(stage.content(key)).containsEntry("first", "1");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void an_old_copy_under_coordinators_started_anew_is_led_above_what_the_nodes_go_by(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    long copy = stage.cluster.mapLog.end();
    leadAgain(stage);
    giveAway(stage, mail);
    leadAgain(stage);
    giveAway(stage, mail);
    MapVersion known = stage.map().version();
    stage.withoutCoordinators();
    stage.cluster.cutMapLog(copy);
    stage.cluster.coordinators.forEach(SimCoordinator::start);
    assertFollowed(stage, mail, known);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_tail_lost_under_a_running_leader_is_made_up_for(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    leadAgain(stage);
    long copy = stage.cluster.mapLog.end();
    giveAway(stage, mail);
    MapVersion known = stage.map().version();
    stage.cluster.cutMapLog(copy);
    assertFollowed(stage, mail, known);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_log_made_anew_is_led_and_followed(long seed) {
    Stage stage = new Stage(seed);
    ShardKey mail = new ShardKey(stage.session(), Cluster.MAIL);
    leadAgain(stage);
    MapVersion known = stage.map().version();
    stage.cluster.cutMapLog(0);
    assertFollowed(stage, mail, known);
  }
}
