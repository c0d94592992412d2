package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Owners under load: how even, how soon, at what price; and that it comes to rest. */
class LoadPlacementTest {

  private static final String[] AREAS = {"mailbox-list", "message-content", "settings"};
  private static final double PER_NODE = 400;

  /** Of what no table could do better; the rest is chance in what was counted until then. */
  private static final double NEAR = 1.05;

  static Stream<Arguments> sizes() {
    List<Arguments> sizes = new ArrayList<>();
    for (int nodes : List.of(3, 10, 16)) {
      for (int slots : List.of(64, 256, 1_024, 4_096)) {
        for (long seed = 1; seed <= (slots > 256 ? 1 : 2); seed++) {
          sizes.add(Arguments.of(nodes, slots, seed));
        }
      }
    }
    return sizes.stream();
  }

  @ParameterizedTest(name = "{0} nodes, {1} slots, seed {2}")
  @MethodSource("sizes")
  void zipf_by_slot_is_even_within_a_minute_for_two_percent_copied(
      int nodes, int slots, long seed) {
    LoadedTown town = LoadedTown.of(nodes, slots, seed).zipfBySlot(0.9, PER_NODE * nodes);
    town.run(Duration.ofMinutes(1));
    assertThat(town.copiedBytes).isLessThanOrEqualTo(town.totalBytes() / 50);
    // Of 64 slots two percent are one: not always the one that a hot slot's node must be rid of.
    double near = slots == 64 ? 1.1 : NEAR;
    assertThat(town.imbalance()).isLessThanOrEqualTo(Math.max(1.05, near * town.leastImbalance()));
    if (slots <= 256) {
      town.run(Duration.ofMinutes(4));
      assertThat(town.imbalance())
          .isLessThanOrEqualTo(Math.max(1.05, NEAR * town.leastImbalance()));
    }
    assertThat(town.moves.values()).as("times of moves by slot").allMatch(it -> it.size() == 1);
  }

  static Stream<Arguments> usersSizes() {
    List<Arguments> sizes = new ArrayList<>();
    for (int nodes : List.of(3, 10, 16)) {
      for (int slots : List.of(64, 256, 1_024)) {
        sizes.add(Arguments.of(nodes, slots, (long) nodes + slots));
      }
    }
    return sizes.stream();
  }

  @ParameterizedTest(name = "{0} nodes, 4 areas of {1} slots, seed {2}")
  @MethodSource("usersSizes")
  void zipf_by_user_is_even_within_a_minute_for_two_percent_copied(
      int nodes, int slots, long seed) {
    LoadedTown town =
        LoadedTown.of(nodes, slots, seed, AREAS).zipfByUser(0.9, 100_000, PER_NODE * nodes);
    town.run(Duration.ofMinutes(1));
    assertThat(town.copiedBytes).isLessThanOrEqualTo(town.totalBytes() / 50);
    assertThat(town.imbalance()).isLessThanOrEqualTo(Math.max(1.05, NEAR * town.leastImbalance()));
    assertThat(town.moves.values()).as("times of moves by slot").allMatch(it -> it.size() == 1);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void the_slots_of_one_hot_user_end_on_different_nodes(long seed) {
    LoadedTown town = LoadedTown.of(4, 64, seed, AREAS).zipfByUser(0.9, 10_000, 100);
    int hot = town.random.nextInt(64);
    gatherAtOneNode(town, hot);
    town.rates.replaceAll((slot, rate) -> rate + (slot.number() == hot ? 300 : 0));
    town.run(Duration.ofMinutes(1));
    Set<NodeId> owners = new HashSet<>();
    town.town.map.forEachSlot((slot, assignment) -> {
      if (slot.number() == hot) {
        owners.add(assignment.owner().orElseThrow());
      }
    });
    assertThat(owners).hasSize(4);
    assertThat(town.imbalance()).isLessThanOrEqualTo(Math.max(1.05, NEAR * town.leastImbalance()));
  }

  /** Makes one node the owner of all slots with a number; the former owners stand by. */
  private static void gatherAtOneNode(LoadedTown town, int number) {
    SlotId first = new SlotId(Area.SESSION, number);
    NodeId one = town.town.map.find(first).orElseThrow().owner().orElseThrow();
    Draft draft = new Draft(Weights.EVEN);
    town.town.map.forEachSlot((slot, assignment) -> {
      NodeId owner = assignment.owner().orElseThrow();
      boolean gathered = slot.number() == number && !owner.equals(one);
      draft.put(
          slot,
          gathered
              ? SlotAssignment.ownedBy(one, List.of(owner), assignment.grant() + 1)
              : assignment);
    });
    town.town.map = draft.toMap(town.town.map.nodes());
  }

  @ParameterizedTest(name = "{0} nodes, seed {1}")
  @MethodSource("nodesAndSeeds")
  void under_a_steady_load_that_comes_at_random_moves_come_to_an_end(int nodes, long seed) {
    LoadedTown town = LoadedTown.of(nodes, 64, seed, AREAS).zipfByUser(0.9, 10_000, 60 * nodes);
    town.run(Duration.ofMinutes(90));
    long made = town.movesMade();
    assertThat(made).isLessThanOrEqualTo(256 / 10);
    assertThat(town.imbalance()).isLessThanOrEqualTo(Math.max(1.03, town.leastImbalance()));
    town.run(Duration.ofMinutes(90));
    assertThat(town.movesMade()).as("moves after 3 hours").isEqualTo(made);
    assertNeverTwiceInTenMinutes(town);
  }

  static Stream<Arguments> nodesAndSeeds() {
    return Stream.of(Arguments.of(3, 1L), Arguments.of(10, 3L));
  }

  private static void assertNeverTwiceInTenMinutes(LoadedTown town) {
    town.moves.forEach((slot, times) -> {
      for (int i = 1; i < times.size(); i++) {
        assertThat(Duration.ofNanos(times.get(i) - times.get(i - 1)))
            .as("between two moves of %s", slot)
            .isGreaterThanOrEqualTo(Duration.ofMinutes(10));
      }
    });
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void when_everybody_does_more_or_less_nothing_moves(long seed) {
    LoadedTown town = LoadedTown.of(5, 64, seed, AREAS).zipfByUser(0.9, 10_000, 1_000);
    town.run(Duration.ofMinutes(20));
    long made = town.movesMade();
    for (double requests : List.of(2_000.0, 4_000.0, 1_500.0, 500.0, 30.0, 0.5, 1_000.0)) {
      town.scaledTo(requests);
      town.run(Duration.ofMinutes(5));
    }
    assertThat(town.movesMade()).isEqualTo(made);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void when_other_slots_become_busy_it_is_even_again_three_minutes_later(long seed) {
    LoadedTown town = LoadedTown.of(5, 256, seed).zipfBySlot(0.9, PER_NODE * 5);
    town.run(Duration.ofMinutes(15));
    town.zipfBySlot(0.9, PER_NODE * 5);
    town.run(Duration.ofMinutes(3));
    assertThat(town.imbalance()).isLessThanOrEqualTo(Math.max(1.05, NEAR * town.leastImbalance()));
    assertNeverTwiceInTenMinutes(town);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_node_with_a_hot_slot_gets_nothing_else(long seed) {
    LoadedTown town = LoadedTown.of(5, 64, seed).zipfBySlot(0.5, 500);
    SlotId hot = new SlotId(Area.SESSION, town.random.nextInt(64));
    town.rates.put(hot, 600.0);
    town.run(Duration.ofMinutes(10));
    NodeId owner = town.town.map.find(hot).orElseThrow().owner().orElseThrow();
    double others = town.burdens().get(owner) - 600;
    assertThat(others).isLessThan(0.03 * 600);
    assertThat(Collections.max(town.burdens().values()) - others).isLessThanOrEqualTo(600.0);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_node_that_joins_under_load_takes_its_share_of_slots_and_no_more(long seed) {
    LoadedTown town = LoadedTown.of(5, 64, seed, AREAS).zipfByUser(0.9, 10_000, 2_000);
    town.run(Duration.ofMinutes(15));
    long before = town.movesMade();
    NodeId late = new NodeId("node-9");
    town.town.join(late, Optional.empty());
    town.run(Duration.ofSeconds(15));
    assertThat(town.movesMade() - before).isLessThanOrEqualTo(Math.round(1.02 * 256 / 6));
    assertThat(town.burdens().get(late)).isBetween(0.7 * 2_000 / 6, 1.1 * 2_000 / 6);
    town.run(Duration.ofMinutes(2));
    assertThat(town.imbalance()).isLessThanOrEqualTo(Math.max(1.05, NEAR * town.leastImbalance()));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_node_that_leaves_under_load_gives_its_slots_and_nobody_elses(long seed) {
    LoadedTown town = LoadedTown.of(5, 64, seed, AREAS).zipfByUser(0.9, 10_000, 2_000);
    town.run(Duration.ofMinutes(15));
    Set<SlotId> own = new HashSet<>();
    NodeId leaving = new NodeId("node-2");
    town.town.map.forEachSlot((slot, assignment) -> {
      if (assignment.isOwner(leaving)) {
        own.add(slot);
      }
    });
    town.moves.clear();
    town.town.at(leaving).draining = true;
    while (town.town.owned().containsKey(leaving)) {
      town.run(Duration.ofMillis(250));
    }
    assertThat(town.moves.keySet()).isEqualTo(own);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void an_operators_rebalance_begins_at_once_and_ends_where_the_dry_run_said(long seed) {
    LoadedTown town = LoadedTown.of(5, 64, seed, AREAS).zipfByUser(0.9, 10_000, 2_000);
    town.run(Duration.ofSeconds(10));
    Evenness wholly = town.balancing.wholly(town.town.map, town.town.fleet(), town.now());
    Rebalance dry =
        Rebalance.of(town.town.map.version(), town.wholeWay(wholly), town.town.fleet(), false);
    assertThat(dry.measured()).isTrue();
    assertThat(dry.ownersMoved()).isPositive();
    assertThat(dry.after()).isLessThan(dry.before()).isLessThanOrEqualTo(1.02);
    assertThat(dry.bytesCopied()).isLessThanOrEqualTo(town.totalBytes() / 50);
    assertThat(dry.sessionsMoved())
        .isEqualTo(
            dry.moves().stream()
                .filter(it -> it.move().what() == Move.What.OWNER)
                .mapToLong(it -> town.bytes.get(it.move().slot()) / 1_000)
                .sum());
    town.urgent = true;
    town.run(Duration.ofSeconds(5));
    dry.moves().stream()
        .map(Rebalance.Costed::move)
        .filter(move -> move.what() == Move.What.OWNER)
        .forEach(move ->
            assertThat(town.town.map.find(move.slot()).orElseThrow().owner()).isEqualTo(move.to()));
    assertThat(town.movesMade()).isEqualTo(dry.ownersMoved());
  }
}
