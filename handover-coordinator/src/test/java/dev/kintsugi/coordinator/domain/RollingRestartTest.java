package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that leave and come back get what they had. */
class RollingRestartTest {

  private static final String[] AREAS = {"mailbox-list", "message-content", "settings"};

  private static final Duration AWAY = Duration.ofSeconds(15);

  @ParameterizedTest(name = "{0} nodes, {1} requests a second, seed {2}")
  @CsvSource({"3, 0, 1", "3, 100, 2", "3, 1000, 3", "5, 1000, 4", "8, 4000, 5"})
  void in_a_rolling_restart_each_slot_moves_once_and_back(int nodes, double rate, long seed) {
    LoadedTown town = evened(nodes, rate, seed);
    Map<SlotId, NodeId> before = owners(town);
    for (NodeId node : List.copyOf(town.town.residents.keySet())) {
      drain(town, node);
      stop(town, node);
      town.town.restart(node);
      town.run(Duration.ofSeconds(40));
      assertThat(differences(before, owners(town))).as("after %s", node).isEmpty();
    }
    assertThat(town.moves).hasSameSizeAs(before);
    assertThat(town.moves.values()).as("times of moves by slot").allMatch(it -> it.size() == 2);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void who_was_killed_gets_its_slots_back_as_well(long seed) {
    LoadedTown town = evened(4, 1_000, seed);
    Map<SlotId, NodeId> before = owners(town);
    stop(town, Town.B);
    assertThat(owners(town)).doesNotContainValue(Town.B);
    town.town.restart(Town.B);
    town.run(Duration.ofSeconds(40));
    assertThat(differences(before, owners(town))).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void a_leader_that_knows_of_no_homes_fills_with_others(long seed) {
    LoadedTown town = evened(3, 1_000, seed);
    drain(town, Town.B);
    stop(town, Town.B);
    LoadedTown successor = new LoadedTown(town.town, town.random);
    successor.rates.putAll(town.rates);
    successor.bytes.putAll(town.bytes);
    successor.town.restart(Town.B);
    successor.run(Duration.ofMinutes(2));
    assertThat(successor.imbalance()).isLessThan(1.05);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void who_comes_back_after_ten_minutes_is_as_a_new_one(long seed) {
    LoadedTown town = evened(3, 1_000, seed);
    drain(town, Town.B);
    stop(town, Town.B);
    town.run(Duration.ofMinutes(10));
    assertThat(town.balancing.homes(town.town.fleet())).isEmpty();
    town.town.restart(Town.B);
    assertThat(town.balancing.homes(town.town.fleet())).isEmpty();
    town.run(Duration.ofMinutes(2));
    assertThat(town.imbalance()).isLessThan(1.05);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void where_a_node_came_meanwhile_it_is_even_once_slots_may_move_again(long seed) {
    LoadedTown town = evened(3, 1_000, seed);
    drain(town, Town.B);
    stop(town, Town.B);
    town.town.join(Town.D, Optional.empty());
    town.run(Duration.ofSeconds(60));
    town.town.restart(Town.B);
    town.run(Duration.ofMinutes(1));
    // Who held nothing of what went home has a third still, of four nodes: 1.33.
    assertThat(town.imbalance()).as("with what came home").isLessThan(1.4);
    town.run(Duration.ofMinutes(12));
    assertThat(town.imbalance()).isLessThan(1.05);
    assertThat(town.balancing.homes(town.town.fleet())).as("what is settled").isEmpty();
    long moves = town.movesMade();
    town.run(Duration.ofMinutes(5));
    assertThat(town.movesMade() - moves).as("moves once it is even").isLessThanOrEqualTo(4);
  }

  private static LoadedTown evened(int nodes, double rate, long seed) {
    LoadedTown town = LoadedTown.of(nodes, 16, seed, AREAS);
    if (rate > 0) {
      town.zipfByUser(0.5, 10_000, rate);
    }
    town.run(Duration.ofMinutes(12));
    town.moves.clear();
    return town;
  }

  private static Map<SlotId, NodeId> owners(LoadedTown town) {
    Map<SlotId, NodeId> owners = new TreeMap<>();
    town.town.map.forEachSlot((slot, assignment) -> owners.put(slot, ownerOf(assignment)));
    return owners;
  }

  private static List<String> differences(Map<SlotId, NodeId> one, Map<SlotId, NodeId> other) {
    return one.keySet().stream()
        .filter(slot -> !one.get(slot).equals(other.get(slot)))
        .map(slot -> slot + ": " + one.get(slot) + " then " + other.get(slot))
        .toList();
  }

  private static NodeId ownerOf(SlotAssignment assignment) {
    return assignment.owner().orElseThrow();
  }

  private static void drain(LoadedTown town, NodeId node) {
    town.town.at(node).draining = true;
    town.run(AWAY);
    assertThat(owners(town)).doesNotContainValue(node);
  }

  private static void stop(LoadedTown town, NodeId node) {
    town.town.kill(node, true);
    town.town.at(node).draining = false;
    town.run(AWAY);
    town.town.at(node).inGrace = false;
  }
}
