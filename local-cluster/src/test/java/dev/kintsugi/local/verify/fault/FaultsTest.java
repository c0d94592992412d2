package dev.kintsugi.local.verify.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.verify.measure.Harm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each fault does, in which order, and that what is broken off is mended. */
class FaultsTest {

  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofHours(1);

  private final FakeSuite suite = new FakeSuite();
  private final List<String> told = new ArrayList<>();
  private final List<String> watched = new ArrayList<>();

  private Scene scene(long seed) {
    return new Scene(
        suite, suite, new Random(seed), suite::nanos, suite::wall, told::add, watched::add);
  }

  private static Harm harm(String node, int done, int undone) {
    return new Harm(node, Instant.EPOCH.plusSeconds(done), Instant.EPOCH.plusSeconds(undone));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void a_kill_is_of_an_owner_which_is_probed_and_started_again(long seed) throws Exception {
    Scene scene = scene(seed);
    NodeFaults.kill(MOMENT).run(scene);

    String victim = watched.getFirst();
    assertThat(suite.done).containsExactly("kill " + victim, "start " + victim);
    assertThat(scene.harms()).containsExactly(harm(victim, 0, 2));
    assertThat(scene.windows())
        .singleElement()
        .satisfies(window -> {
          assertThat(window.what()).isEqualTo("kill");
          assertThat(window.process()).isEqualTo(victim);
        });
  }

  @Test
  void a_pause_ends() throws Exception {
    Scene scene = scene(1);
    NodeFaults.pause(MOMENT).run(scene);

    String victim = watched.getFirst();
    assertThat(suite.done).containsExactly("pause " + victim, "resume " + victim);
    assertThat(scene.harms()).containsExactly(harm(victim, 0, 2));
  }

  @Test
  void a_node_that_stood_still_is_deaf_for_longer() throws Exception {
    Scene scene = scene(1);
    NodeFaults.pauseAndDeafness(suite, MOMENT, MOMENT).run(scene);

    String victim = watched.getFirst();
    assertThat(suite.done)
        .containsExactly(
            "the broker tells " + victim + " nothing",
            "pause " + victim,
            "resume " + victim,
            "the broker tells " + victim + " all");
    assertThat(scene.harms()).containsExactly(harm(victim, 0, 4));
  }

  @Test
  void a_drain_gives_everything_away_and_takes_a_share_again_and_hurts_nobody() throws Exception {
    Scene scene = scene(1);
    PlannedFaults.drain(MOMENT).run(scene);

    String victim = watched.getFirst();
    assertThat(suite.done)
        .containsExactly("nodes/" + victim + "/drain", "nodes/" + victim + "/activate");
    assertThat(scene.harms()).isEmpty();
  }

  @Test
  void a_rolling_restart_is_of_one_node_after_another() throws Exception {
    Scene scene = scene(1);
    PlannedFaults.rollingRestart().run(scene);

    assertThat(suite.done)
        .containsExactly(
            "terminate node-1",
            "start node-1",
            "terminate node-2",
            "start node-2",
            "terminate node-3",
            "start node-3");
    assertThat(watched).containsExactly("node-1", "node-2", "node-3");
    assertThat(scene.windows()).hasSize(3);
    assertThat(scene.harms()).isEmpty();
  }

  @Test
  void a_node_that_joins_is_taken_out_before_and_has_a_least_number_of_moves() throws Exception {
    Scene scene = scene(1);
    Fault join = PlannedFaults.join("node-3");
    join.prepare(scene);
    assertThat(suite.done)
        .containsExactly(
            "terminate node-3",
            "terminate coordinator-1",
            "start coordinator-1",
            "terminate coordinator-2",
            "start coordinator-2");
    assertThat(scene.windows()).isEmpty();
    suite.done.clear();

    join.run(scene);

    assertThat(suite.done).containsExactly("start node-3");
    assertThat(scene.leastMoves()).isEqualTo(4);
  }

  @Test
  void who_owns_nothing_cannot_join() {
    assertThatThrownBy(() -> PlannedFaults.join("node-9").prepare(scene(1)))
        .isInstanceOf(SuiteException.class)
        .hasMessageContaining("node-9 owns nothing");
  }

  @Test
  void of_the_coordinators_the_one_that_leads_is_killed() throws Exception {
    OtherFaults.coordinator(MOMENT).run(scene(1));

    assertThat(suite.done).containsExactly("kill coordinator-2", "start coordinator-2");
  }

  @Test
  void where_nobody_leads_nobody_is_killed() {
    suite.leader = "";

    assertThatThrownBy(() -> OtherFaults.coordinator(MOMENT).run(scene(1)))
        .isInstanceOf(SuiteException.class)
        .hasMessage("no coordinator is known to lead");
    assertThat(suite.done).isEmpty();
  }

  @Test
  void the_broker_ends_by_itself_and_starts_at_the_usual_priority() throws Exception {
    OtherFaults.kafka(MOMENT).run(scene(1));

    assertThat(suite.done).containsExactly("terminate kafka", "start kafka at once");
  }

  @Test
  void weather_becomes_fair_again() throws Exception {
    Scene oneWay = scene(1);
    NetworkFaults.oneWay(suite, MOMENT).run(oneWay);
    Scene full = scene(2);
    NetworkFaults.full(suite, MOMENT).run(full);
    Scene slow = scene(3);
    NetworkFaults.slow(suite, MOMENT).run(slow);

    assertThat(suite.done)
        .containsExactly(
            watched.get(0) + " says nothing, is told all",
            watched.get(0) + " says all, is told all",
            watched.get(1) + " says nothing, is told nothing",
            watched.get(1) + " says all, is told all",
            watched.get(2) + " says late, is told late",
            watched.get(2) + " says all, is told all");
    assertThat(oneWay.harms()).containsExactly(harm(watched.get(0), 0, 2));
    assertThat(full.harms()).containsExactly(harm(watched.get(1), 2, 4));
    assertThat(slow.harms()).as("what is slow is no reason to take anything").isEmpty();
  }

  @Test
  void the_broker_is_heard_again_by_the_node_that_it_was_kept_from() throws Exception {
    Scene kafka = scene(1);
    NetworkFaults.kafka(suite, MOMENT).run(kafka);

    assertThat(suite.done)
        .containsExactly(
            "the broker tells " + watched.getFirst() + " nothing",
            "the broker tells " + watched.getFirst() + " all");
    assertThat(kafka.harms()).containsExactly(harm(watched.getFirst(), 0, 2));
  }

  @Test
  void on_a_busy_machine_only_the_node_that_is_killed_in_the_end_is_harmed() throws Exception {
    Scene scene = scene(1);
    OtherFaults.cpuHog(Duration.ZERO, MOMENT).run(scene);

    String victim = watched.getFirst();
    assertThat(suite.done).containsExactly("kill " + victim, "start " + victim);
    assertThat(scene.harms()).containsExactly(harm(victim, 0, 2));
  }

  @Test
  void each_fault_of_a_mix_harms_for_its_own_time() throws Exception {
    Scene scene = scene(1);
    Fault twice =
        on -> {
          NodeFaults.kill(MOMENT).run(on);
          NodeFaults.pause(MOMENT).run(on);
        };
    OtherFaults.mix(List.of(twice), MOMENT).run(scene);

    assertThat(scene.harms())
        .containsExactly(harm(watched.get(0), 0, 2), harm(watched.get(1), 2, 4));
  }

  @Test
  void a_mix_goes_on_for_its_time_and_waits_until_each_has_healed() throws Exception {
    OtherFaults.mix(List.of(NodeFaults.kill(MOMENT)), MOMENT).run(scene(1));

    assertThat(suite.done).hasSize(3).last().isEqualTo("whole");
  }

  @Test
  void what_is_broken_off_is_mended() {
    List<Fault> faults =
        List.of(
            NodeFaults.kill(LONG),
            NodeFaults.pause(LONG),
            NodeFaults.pauseAndDeafness(suite, MOMENT, LONG),
            PlannedFaults.drain(LONG),
            OtherFaults.coordinator(LONG),
            OtherFaults.redis(LONG),
            OtherFaults.kafka(LONG),
            NetworkFaults.full(suite, LONG));
    for (Fault fault : faults) {
      suite.done.clear();
      Scene scene = scene(1);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> fault.run(scene)).isInstanceOf(InterruptedException.class);
      int broken = suite.done.size();

      scene.close();
      scene.close();

      assertThat(suite.done.subList(broken, suite.done.size()))
          .as("after %s", suite.done)
          .hasSize(broken == 0 ? 0 : 1);
    }
  }
}
