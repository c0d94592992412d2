package dev.kintsugi.coordinator.domain;

import static dev.kintsugi.coordinator.domain.Town.A;
import static dev.kintsugi.coordinator.domain.Town.B;
import static dev.kintsugi.coordinator.domain.Town.C;
import static dev.kintsugi.coordinator.domain.Town.D;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which slots get the copies first that were lost. */
class RepairOrderTest {

  private static final long MEGABYTE = 1L << 20;

  private final Map<SlotId, Double> rates = new HashMap<>();
  private final Comparator<SlotId> busiestFirst =
      Comparator.<SlotId>comparingDouble(rates::get).reversed();

  /** Nodes that each build two copies at once. */
  private static Town ofNodes(NodeId... nodes) {
    Town town = new Town(Town.areas(16, 2, "settings"), new Limits(2, 4, 2, 256));
    for (NodeId node : nodes) {
      town.join(node, Optional.empty());
    }
    town.settle();
    return town;
  }

  /** All slots differ, and their order by load has nothing to do with that by id. */
  private void measure(Town town) {
    Map<SlotId, SlotLoad> loads = new HashMap<>();
    List<SlotId> slots = new ArrayList<>();
    town.map.forEachSlot((slot, _) -> slots.add(slot));
    for (int place = 0; place < slots.size(); place++) {
      double rate = 1 + place * 13 % slots.size();
      rates.put(slots.get(place), rate);
      loads.put(slots.get(place), new SlotLoad(rate, 0, 10, MEGABYTE));
    }
    town.evenness = Evenness.resting(new Weights(loads, true), Evenness.Aim.GOALS);
  }

  @Test
  void the_busiest_slots_are_copied_first() {
    Town town = ofNodes(A, B, C);
    measure(town);
    town.kill(A, false);
    for (List<SlotId> copied : copiesInOrder(town).values()) {
      assertThat(copied).hasSizeGreaterThan(8).isSortedAccordingTo(busiestFirst);
    }
  }

  @Test
  void where_nothing_is_measured_slots_are_copied_by_id() {
    Town town = ofNodes(A, B, C);
    town.evenness = Evenness.resting(Weights.EVEN, Evenness.Aim.GOALS);
    town.kill(A, false);
    for (List<SlotId> copied : copiesInOrder(town).values()) {
      assertThat(copied).hasSizeGreaterThan(8).isSorted();
    }
  }

  /** What each node is given to copy, step by step; what comes in one step by the rule itself. */
  private Map<NodeId, List<SlotId>> copiesInOrder(Town town) {
    Map<NodeId, List<SlotId>> order = new HashMap<>();
    Comparator<SlotId> withinAStep = rates.isEmpty() ? Comparator.naturalOrder() : busiestFirst;
    for (int steps = 0; steps < 40; steps++) {
      ShardMap before = town.map;
      Map<NodeId, List<SlotId>> news = news(before, town.step());
      news.forEach((node, slots) -> {
        assertThat(slots).as("at once").hasSizeLessThanOrEqualTo(2);
        slots.sort(withinAStep);
        order.computeIfAbsent(node, _ -> new ArrayList<>()).addAll(slots);
      });
      town.obey();
    }
    town.map.forEachSlot((slot, a) -> assertThat(Draft.holders(a)).as("%s", slot).hasSize(2));
    return order;
  }

  private static Map<NodeId, List<SlotId>> news(ShardMap before, ShardMap after) {
    Map<NodeId, List<SlotId>> news = new HashMap<>();
    after.forEachSlot((slot, now) -> {
      SlotAssignment old = before.find(slot).orElseThrow();
      for (NodeId holder : Draft.holders(now)) {
        if (!old.involves(holder)) {
          news.computeIfAbsent(holder, _ -> new ArrayList<>()).add(slot);
        }
      }
    });
    return news;
  }

  @Test
  void a_slot_that_only_its_owner_has_comes_before_a_busier_one_that_a_leaving_node_has_as_well() {
    Town town = ofNodes(A, B, C, D);
    Map<SlotId, SlotLoad> loads = new HashMap<>();
    town.map.forEachSlot(
        (slot, a) -> loads.put(slot, new SlotLoad(a.involves(D) ? 1_000 : 1, 0, 10, MEGABYTE)));
    town.evenness = Evenness.resting(new Weights(loads, true), Evenness.Aim.GOALS);
    ShardMap before = town.map;
    town.kill(A, false);
    town.at(D).draining = true;
    Placement.Plan plan = town.plan();
    Map<NodeId, List<SlotId>> news = news(before, plan.table());
    Set<NodeId> busy = new HashSet<>();
    for (Move move : plan.remaining()) {
      boolean bare =
          move.what() == Move.What.COPY
              && move.to().isPresent()
              && liveHolders(town, before.find(move.slot()).orElseThrow()) == 1;
      if (bare) {
        NodeId at = move.to().orElseThrow();
        busy.add(at);
        assertThat(news.get(at))
            .as("copied at %s while %s waits", at, move.slot())
            .allMatch(slot -> liveHolders(town, before.find(slot).orElseThrow()) == 1);
      }
    }
    assertThat(busy).as("nodes for which some had to wait").isNotEmpty();
  }

  private static long liveHolders(Town town, SlotAssignment assignment) {
    return Draft.holders(assignment).stream()
        .filter(node -> town.at(node).life != Life.DEAD)
        .count();
  }

  @Test
  void where_there_is_not_room_for_all_copies_the_busiest_slots_get_it() {
    Town town = ofNodes(A, B, C);
    measure(town);
    town.kill(A, false);
    town.step();
    Map<NodeId, Set<SlotId>> lacking = new HashMap<>();
    town.map.forEachSlot((slot, a) ->
        lacking
            .computeIfAbsent(a.isOwner(B) ? C : B, _ -> new HashSet<>())
            .addAll(a.standbys().isEmpty() ? Set.of(slot) : Set.of()));
    int room = 3;
    for (NodeId node : List.of(B, C)) {
      assertThat(lacking.get(node)).hasSizeGreaterThan(room);
    }
    Map<NodeId, Integer> before = new HashMap<>(town.copies());
    for (int steps = 0; steps < 20; steps++) {
      town.obey();
      for (NodeId node : List.of(B, C)) {
        int more = town.copies().get(node) - before.get(node);
        town.at(node).memory = new Memory((70L - room + more) * MEGABYTE, 80 * MEGABYTE);
      }
      town.step();
    }
    lacking.forEach((node, slots) -> {
      Set<SlotId> busiest =
          slots.stream().sorted(busiestFirst).limit(room).collect(Collectors.toSet());
      Set<SlotId> copied =
          slots.stream()
              .filter(slot -> town.map.find(slot).orElseThrow().involves(node))
              .collect(Collectors.toSet());
      assertThat(copied).as("copied at %s", node).isEqualTo(busiest);
    });
  }
}
