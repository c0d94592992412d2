package dev.kintsugi.coordinator.domain;

import static dev.kintsugi.coordinator.domain.Town.A;
import static dev.kintsugi.coordinator.domain.Town.B;
import static dev.kintsugi.coordinator.domain.Town.C;
import static dev.kintsugi.coordinator.domain.Town.D;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {

  private static final SlotId FIRST = new SlotId(Area.SESSION, 0);

  private final Town town = Town.ofFour(3);

  @Test
  void the_first_table_is_even_and_complete_at_once() {
    town.step();
    assertThat(town.owned().values()).containsExactlyInAnyOrder(22, 21, 21);
    assertThat(Town.gap(town.copies(), town.active())).isLessThanOrEqualTo(1);
    town.map.forEachSlot((_, a) -> assertThat(a.standbys()).hasSize(1));
    assertThat(town.plan().remaining()).isEmpty();
  }

  @Test
  void standbys_of_one_owner_are_spread_so_that_its_death_burdens_all_alike() {
    town.step();
    town.obey();
    town.kill(A, true);
    town.step();
    assertThat(Town.gap(town.owned(), Set.of(B, C))).isLessThanOrEqualTo(2);
  }

  @Test
  void a_dead_nodes_slots_go_at_once_to_the_standbys_and_nothing_else_moves() {
    town.settle();
    ShardMap before = town.map;
    town.kill(A, true);
    town.step();
    town.map.forEachSlot((slot, after) -> {
      SlotAssignment old = before.find(slot).orElseThrow();
      if (old.isOwner(A)) {
        assertThat(after.owner()).contains(old.standbys().getFirst());
        assertThat(after.grant()).isEqualTo(old.grant() + 1);
        assertThat(after.releasing()).isEmpty();
        assertThat(after.standbys()).as("A keeps its place for the grace").contains(A);
      } else {
        assertThat(after).isEqualTo(old);
      }
    });
  }

  @Test
  void a_node_that_has_just_come_back_gets_no_slot_of_others_until_it_is_steady() {
    town.settle();
    town.kill(A, true);
    town.settle();
    town.restart(A);
    town.at(A).steady = false;
    town.settle();
    assertThat(town.owned()).doesNotContainKey(A);
    town.at(A).steady = true;
    town.settle();
    assertThat(Town.gap(town.owned(), town.active())).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"64, true", "1, false", "2, false", "64, false"})
  void a_node_that_comes_back_is_given_slots_of_all_areas_alike_all_the_way(
      int copiesPerStep, boolean inGrace) {
    town.settle();
    town.kill(A, inGrace);
    town.settle();
    town.copiesPerStep = copiesPerStep;
    town.restart(A);
    town.settle(() -> assertThat(ownedByArea(A)).satisfies(PlacementTest::differByTwoAtMost));
    assertThat(ownedByArea(A)).hasSize(4).allSatisfy(count -> assertThat(count).isBetween(4, 7));
  }

  private static void differByTwoAtMost(Collection<? extends Integer> counts) {
    assertThat(Collections.max(counts) - Collections.min(counts)).isLessThanOrEqualTo(2);
  }

  private Collection<Integer> ownedByArea(NodeId node) {
    Map<Area, Integer> owned = new HashMap<>();
    town.map.forEachSlot((slot, assignment) ->
        owned.merge(slot.area(), assignment.isOwner(node) ? 1 : 0, Integer::sum));
    return owned.values();
  }

  @Test
  void a_node_that_leaves_gives_its_slots_away_though_the_others_are_not_steady() {
    town.settle();
    town.at(B).steady = false;
    town.at(C).steady = false;
    town.at(A).draining = true;
    town.settle();
    assertThat(town.owned()).doesNotContainKey(A);
  }

  @Test
  void while_two_of_three_nodes_leave_no_slot_loses_a_copy_before_its_new_owner_serves() {
    town.settle();
    town.at(B).draining = true;
    town.at(C).draining = true;
    town.settle(() ->
        town.map.forEachSlot((slot, assignment) -> {
          if (!assignment.isOwner(A)) {
            assertThat(Draft.holders(assignment)).as("holders of %s", slot).hasSizeGreaterThan(1);
          }
        }));
    assertThat(town.owned().keySet()).containsExactly(A);
  }

  @Test
  void a_node_that_owns_nothing_is_given_one_slot_and_more_only_as_it_owns_more() {
    town.settle();
    town.kill(A, true);
    town.settle();
    town.restart(A);
    int owned = 0;
    for (int steps = 0; steps < 200; steps++) {
      town.obey();
      town.step();
      int now = town.owned().getOrDefault(A, 0);
      assertThat(now - owned).isLessThanOrEqualTo(Math.max(1, owned / 2));
      owned = now;
    }
    assertThat(owned).isGreaterThan(20);
  }

  @Test
  void within_the_grace_nothing_else_happens_and_after_it_copies_are_replaced() {
    town.settle();
    town.kill(A, true);
    town.settle();
    town.map.forEachSlot((_, a) -> assertThat(Draft.holders(a)).hasSize(2));
    assertThat(town.copies().get(A)).isGreaterThan(40);
    town.at(A).inGrace = false;
    town.settle();
    assertThat(town.copies()).doesNotContainKey(A);
    assertThat(town.copies().values()).containsExactly(64, 64);
    assertThat(Town.gap(town.owned(), town.active())).isLessThanOrEqualTo(1);
  }

  @Test
  void a_quick_restart_costs_no_copy_and_gives_the_node_its_share_back_by_planned_moves() {
    town.settle();
    town.kill(A, true);
    town.settle();
    Map<SlotId, List<NodeId>> holders = holders(town.map);
    town.restart(A);
    List<SlotId> moved = new ArrayList<>();
    town.settle(() ->
        town.map.forEachSlot((slot, a) -> {
          if (a.releasing().isPresent()) {
            moved.add(slot);
          }
        }));
    assertThat(holders(town.map)).isEqualTo(holders);
    assertThat(town.owned().values()).containsExactlyInAnyOrder(22, 21, 21);
    assertThat(moved).as("no slot moves twice").doesNotHaveDuplicates();
    assertThat(moved).hasSize(21);
  }

  private static Map<SlotId, List<NodeId>> holders(ShardMap map) {
    Map<SlotId, List<NodeId>> holders = new HashMap<>();
    map.forEachSlot((slot, a) -> holders.put(slot, Draft.holders(a).stream().sorted().toList()));
    return holders;
  }

  @Test
  void a_joining_node_takes_its_share_and_no_more() {
    town.settle();
    ShardMap before = town.map;
    town.join(D, Optional.empty());
    town.settle(() -> assertThat(moving(town.map)).isLessThanOrEqualTo(town.limits.maxMoves()));
    assertThat(town.owned().values()).containsExactly(16, 16, 16, 16);
    assertThat(town.copies().values()).containsExactly(32, 32, 32, 32);
    int[] moved = new int[1];
    town.map.forEachSlot((slot, a) -> {
      if (!a.owner().equals(before.find(slot).orElseThrow().owner())) {
        moved[0]++;
        assertThat(a.owner()).contains(D);
      }
    });
    assertThat(moved[0]).isEqualTo(16);
  }

  private static int moving(ShardMap map) {
    int[] moving = new int[1];
    map.forEachSlot((_, a) -> moving[0] += a.releasing().isPresent() ? 1 : 0);
    return moving[0];
  }

  @Test
  void a_planned_move_waits_until_the_standby_is_close_behind() {
    town.settle();
    town.join(D, Optional.empty());
    town.step();
    town.obey();
    town.at(D).reports.replaceAll((_, r) -> behind(r));
    town.residents
        .values()
        .forEach(node ->
            node.reports.replaceAll(
                (_, r) -> r.role() == SlotReport.Role.SERVING ? at(r, 10_000) : r));
    town.step();
    assertThat(moving(town.map)).isZero();
  }

  private static SlotReport behind(SlotReport r) {
    return at(r, 1);
  }

  private static SlotReport at(SlotReport r, long nextOffset) {
    return new SlotReport(r.role(), nextOffset, r.epoch(), 1, 1, r.caughtUp());
  }

  @Test
  void of_several_standbys_the_one_that_has_applied_most_is_promoted_and_the_smaller_id_on_a_tie() {
    Town three = new Town(Town.areas(1, 3), Limits.DEFAULT);
    for (NodeId node : List.of(A, B, C)) {
      three.join(node, Optional.empty());
    }
    three.settle();
    assertThat(owner(three)).isEqualTo(A);
    three.at(B).reports.replaceAll((_, r) -> at(r, 100));
    three.at(C).reports.replaceAll((_, r) -> at(r, 101));
    three.kill(A, true);
    assertThat(three.plan().table().find(FIRST).orElseThrow().owner()).contains(C);
    three.at(B).reports.replaceAll((_, r) -> at(r, 101));
    assertThat(three.plan().table().find(FIRST).orElseThrow().owner()).contains(B);
  }

  private static NodeId owner(Town town) {
    return town.map.find(FIRST).orElseThrow().owner().orElseThrow();
  }

  @Test
  void if_the_releasing_node_dies_the_move_becomes_an_unplanned_one() {
    Town two = midMove();
    SlotAssignment moving = two.map.find(FIRST).orElseThrow();
    two.kill(A, true);
    two.step();
    SlotAssignment after = two.map.find(FIRST).orElseThrow();
    assertThat(after.owner()).isEqualTo(moving.owner());
    assertThat(after.grant()).isEqualTo(moving.grant());
    assertThat(after.releasing()).isEmpty();
  }

  @Test
  void if_the_new_owner_dies_in_the_move_the_old_one_takes_the_slot_back_with_a_larger_grant() {
    Town two = midMove();
    long grant = two.map.find(FIRST).orElseThrow().grant();
    two.kill(B, true);
    two.step();
    SlotAssignment after = two.map.find(FIRST).orElseThrow();
    assertThat(after.owner()).contains(A);
    assertThat(after.grant()).isEqualTo(grant + 1);
    assertThat(after.releasing()).isEmpty();
  }

  @Test
  void a_move_that_takes_too_long_goes_on_without_the_release_under_a_fresh_grant() {
    Town two = midMove();
    long grant = two.map.find(FIRST).orElseThrow().grant();
    two.overdue.add(FIRST);
    two.step();
    assertThat(two.map.find(FIRST).orElseThrow().grant()).isEqualTo(grant + 1);
    assertThat(two.map.find(FIRST).orElseThrow().owner()).contains(B);
    assertThat(two.map.find(FIRST).orElseThrow().releasing()).isEmpty();
  }

  @Test
  void a_grant_that_another_node_has_taken_is_replaced_by_a_fresh_one() {
    Town two = midMove();
    two.obey();
    two.step();
    SlotAssignment before = two.map.find(FIRST).orElseThrow();
    assertThat(before.releasing()).isEmpty();
    two.at(B)
        .reports
        .put(
            FIRST,
            new SlotReport(SlotReport.Role.STANDBY, 9, new Epoch(before.grant(), 1), 1, 1, true));
    two.step();
    assertThat(two.map.find(FIRST).orElseThrow().grant()).isEqualTo(before.grant());
    two.overdue.add(FIRST);
    two.step();
    assertThat(two.map.find(FIRST).orElseThrow().grant()).isEqualTo(before.grant() + 1);
    assertThat(two.map.find(FIRST).orElseThrow().owner()).contains(B);
  }

  @Test
  void the_release_is_cleared_only_once_the_new_owner_answers_under_that_grant() {
    Town two = midMove();
    two.step();
    assertThat(two.map.find(FIRST).orElseThrow().releasing()).contains(A);
    two.obey();
    two.step();
    assertThat(two.map.find(FIRST).orElseThrow().releasing()).isEmpty();
  }

  /** Two nodes and one slot that is moving from A to B because A drains. */
  private static Town midMove() {
    Town town = new Town(Town.areas(1, 2), Limits.DEFAULT);
    town.join(A, Optional.empty());
    town.join(B, Optional.empty());
    town.settle();
    town.at(A).draining = true;
    town.step();
    assertThat(town.map.find(FIRST).orElseThrow())
        .isEqualTo(new SlotAssignment(Optional.of(B), List.of(A), 2, Optional.of(A)));
    return town;
  }

  @Test
  void a_draining_node_gives_up_everything_while_each_slot_keeps_its_copies() {
    town.settle();
    town.at(B).draining = true;
    town.settle(() ->
        town.map.forEachSlot(
            (slot, a) -> assertThat(Draft.holders(a)).as("%s", slot).hasSizeGreaterThan(1)));
    assertThat(town.copies()).doesNotContainKey(B);
    assertThat(Town.gap(town.owned(), Set.of(A, C))).isLessThanOrEqualTo(1);
    town.at(B).draining = false;
    town.settle();
    assertThat(town.owned().values()).containsExactlyInAnyOrder(22, 21, 21);
  }

  @ParameterizedTest(name = "{0} left: {1} at once")
  @CsvSource({"0, 1", "1, 1", "15, 1", "16, 2", "31, 3", "32, 4", "100000, 4"})
  void few_moves_are_made_one_after_the_other(int left, int atOnce) {
    assertThat(Limits.DEFAULT.movesAtOnce(left)).isEqualTo(atOnce);
  }

  @Test
  void a_node_of_few_slots_gives_them_away_by_twos_and_then_one_by_one() {
    town.settle();
    town.at(B).draining = true;
    town.settle(() -> {
      int left = town.owned().getOrDefault(B, 0);
      assertThat(moving()).as("with %s left", left).hasSizeLessThanOrEqualTo(left < 14 ? 1 : 2);
    });
    assertThat(town.owned()).doesNotContainKey(B);
  }

  private List<SlotId> moving() {
    List<SlotId> moving = new ArrayList<>();
    town.map.forEachSlot((slot, a) -> a.releasing().ifPresent(_ -> moving.add(slot)));
    return moving;
  }

  @Test
  void a_node_that_ends_once_it_owns_nothing_and_is_awaited_makes_nobody_copy_anything() {
    town.settle();
    Map<SlotId, Set<NodeId>> before = holders();
    town.at(B).draining = true;
    town.at(B).ending = true;
    // Until it is missed it seems to be there for a while after it has given its last slot away.
    town.settle(() -> assertThat(holders()).as("while it leaves").isEqualTo(before));
    assertThat(town.owned()).doesNotContainKey(B);
    town.kill(B, true);
    town.at(B).draining = false;
    town.settle(() -> assertThat(holders()).as("while it is away").isEqualTo(before));
  }

  @Test
  void what_a_drained_node_still_has_is_copied_a_few_at_once() {
    town.settle();
    town.at(B).draining = true;
    town.settle(() -> {
      Map<SlotId, Set<NodeId>> holders = holders();
      holders.values().removeIf(nodes -> !nodes.contains(B) || nodes.size() < 3);
      assertThat(holders).as("being copied by two nodes").hasSizeLessThanOrEqualTo(8);
    });
    assertThat(town.copies()).doesNotContainKey(B);
  }

  private Map<SlotId, Set<NodeId>> holders() {
    Map<SlotId, Set<NodeId>> holders = new TreeMap<>();
    town.map.forEachSlot((slot, a) -> holders.put(slot, Set.copyOf(Draft.holders(a))));
    return holders;
  }

  @Test
  void a_slot_whose_copy_is_not_there_yet_is_copied_though_owners_leave() {
    Town four = fourThatCopyAllAtOnce();
    SlotId whole = slot(four, A, B);
    SlotId lacking = slot(four, A, C);
    four.at(C).reports.remove(lacking);
    four.at(B).draining = true;
    four.at(C).draining = true;
    four.step();
    assertThat(Draft.holders(four.map.find(whole).orElseThrow())).containsExactly(A, B);
    assertThat(Draft.holders(four.map.find(lacking).orElseThrow())).containsExactly(A, C, D);
    four.settle();
    assertThat(four.copies()).containsOnlyKeys(A, D);
  }

  @Test
  void a_leaving_owners_slot_that_waits_for_a_copy_gets_it_though_others_can_move_at_once() {
    town.settle();
    town.join(D, Optional.empty());
    town.obey();
    town.at(B).draining = true;
    town.step();
    List<SlotId> waiting = new ArrayList<>();
    town.map.forEachSlot((slot, a) -> {
      if (a.isOwner(B) && a.standbys().contains(D)) {
        waiting.add(slot);
      }
    });
    assertThat(moving()).isNotEmpty();
    assertThat(waiting).isNotEmpty();
    town.settle();
    assertThat(town.copies()).doesNotContainKey(B);
  }

  @Test
  void a_copy_of_an_owner_that_does_not_serve_does_not_count() {
    Town four = fourThatCopyAllAtOnce();
    SlotId slot = slot(four, A, B);
    four.at(A).reports.remove(slot);
    four.at(B).draining = true;
    four.step();
    assertThat(Draft.holders(four.map.find(slot).orElseThrow())).hasSize(3);
  }

  private static Town fourThatCopyAllAtOnce() {
    Town four = new Town(Town.areas(16, 2, "settings"), new Limits(2, 4, 100, 256));
    List.of(A, B, C, D).forEach(node -> four.join(node, Optional.empty()));
    four.settle();
    return four;
  }

  /** A slot that the one owns and the other has a copy of. */
  private static SlotId slot(Town of, NodeId owner, NodeId standby) {
    List<SlotId> found = new ArrayList<>();
    of.map.forEachSlot((slot, a) -> {
      if (a.isOwner(owner) && a.standbys().contains(standby)) {
        found.add(slot);
      }
    });
    return found.getFirst();
  }

  @Test
  void grants_exceed_whatever_a_node_has_reported() {
    town.settle();
    NodeId owner = town.map.find(FIRST).orElseThrow().owner().orElseThrow();
    town.at(owner)
        .reports
        .put(FIRST, new SlotReport(SlotReport.Role.SERVING, 9, new Epoch(77, 3), 1, 1, true));
    town.step();
    assertThat(town.map.find(FIRST).orElseThrow().grant()).isEqualTo(78);
    assertThat(town.map.find(FIRST).orElseThrow().owner()).contains(owner);
  }

  @Test
  void slots_without_any_live_copy_are_given_to_the_survivors_evenly() {
    Town four = Town.ofFour(4);
    four.settle();
    four.kill(A, true);
    four.kill(B, true);
    four.step();
    four.map.forEachSlot((_, a) -> assertThat(a.owner().orElseThrow()).isIn(C, D));
    assertThat(Town.gap(four.owned(), Set.of(C, D))).isLessThanOrEqualTo(2);
  }

  @Test
  void an_owner_that_restarted_before_it_was_missed_makes_way_for_a_ready_standby() {
    town.settle();
    ShardMap before = town.map;
    town.restart(A);
    town.step();
    before.forEachSlot((slot, a) -> {
      if (a.isOwner(A)) {
        assertThat(town.map.find(slot).orElseThrow().owner())
            .isEqualTo(Optional.of(a.standbys().getFirst()));
      }
    });
  }

  @Test
  void copies_stand_in_different_zones_where_they_can() {
    Town zoned = new Town(Town.areas(16, 2, "settings"), Limits.DEFAULT);
    zoned.join(A, Optional.of("east"));
    zoned.join(B, Optional.of("east"));
    zoned.join(C, Optional.of("west"));
    zoned.join(D, Optional.of("west"));
    zoned.settle();
    zoned.map.forEachSlot((_, a) -> {
      Set<String> zones = new java.util.HashSet<>();
      Draft.holders(a).forEach(n -> zones.add(zoned.at(n).zone.orElseThrow()));
      assertThat(zones).hasSize(2);
    });
    assertThat(Town.gap(zoned.owned(), zoned.active())).isLessThanOrEqualTo(1);
    assertThat(Town.gap(zoned.copies(), zoned.active())).isLessThanOrEqualTo(1);
  }

  @Test
  void the_number_of_slots_of_a_table_once_written_stays() {
    town.settle();
    Town changed =
        new Town(Town.areas(32, 2, "mailbox-list", "message-content", "settings"), Limits.DEFAULT);
    changed.residents.putAll(town.residents);
    changed.map = town.map;
    changed.settle();
    assertThat(changed.map.slots(Area.SESSION)).hasSize(16);
  }

  @Test
  void with_nobody_alive_slots_have_no_owner_and_keep_their_grant() {
    town.settle();
    for (NodeId node : List.of(A, B, C)) {
      town.kill(node, true);
    }
    town.step();
    town.map.forEachSlot((_, a) -> {
      assertThat(a.owner()).isEmpty();
      assertThat(a.grant()).isEqualTo(1);
    });
  }

  @Test
  void a_users_slots_in_different_areas_have_different_owners_from_the_start_where_nodes_suffice() {
    Town four = Town.ofFour(4);
    four.step();
    for (int number = 0; number < 16; number++) {
      Set<NodeId> owners = new HashSet<>();
      for (Area area : four.map.areas()) {
        owners.add(four.map.find(new SlotId(area, number)).orElseThrow().owner().orElseThrow());
      }
      assertThat(owners).as("owners of the slots %d", number).hasSizeGreaterThanOrEqualTo(3);
    }
    assertThat(four.owned().values()).containsExactly(16, 16, 16, 16);
  }

  @Test
  void a_repair_never_fills_a_survivors_memory() {
    Town four = Town.ofFour(4);
    four.settle();
    four.evenness = Evenness.resting(ofMegabyteEach(four), Evenness.Aim.COUNTS);
    four.at(B).memory = new Memory(60L << 20, 80L << 20);
    int before = four.copies().get(B);
    four.kill(A, false);
    for (int steps = 0; steps < 100; steps++) {
      four.obey();
      four.at(B).memory = new Memory((60L + four.copies().get(B) - before) << 20, 80L << 20);
      four.step();
    }
    assertThat(four.copies().get(B)).isBetween(before, before + 10);
    four.map.forEachSlot((slot, a) -> assertThat(Draft.holders(a)).as("%s", slot).hasSize(2));
    four.at(C).memory = new Memory(80L << 20, 80L << 20);
    four.at(D).memory = new Memory(80L << 20, 80L << 20);
    four.kill(C, false);
    ShardMap full = four.step();
    for (int steps = 0; steps < 20; steps++) {
      four.obey();
      four.step();
    }
    assertThat(four.copies().get(D)).as("full").isEqualTo(copies(full, D));
  }

  @Test
  void a_drain_never_fills_a_survivors_memory() {
    Town four = Town.ofFour(4);
    four.settle();
    four.evenness = Evenness.resting(ofMegabyteEach(four), Evenness.Aim.COUNTS);
    int room = 3;
    Map<NodeId, Integer> before = Map.copyOf(four.copies());
    four.at(A).memory = new Memory(80L << 20, 80L << 20);
    four.at(C).draining = true;
    four.at(D).draining = true;
    for (int steps = 0; steps < 100; steps++) {
      int more = four.copies().get(B) - before.get(B);
      four.at(B).memory = new Memory((70L - room + more) << 20, 80L << 20);
      four.obey();
      four.step();
    }
    assertThat(four.copies().get(A)).as("full").isEqualTo(before.get(A));
    assertThat(four.copies().get(B)).isBetween(before.get(B) + 1, before.get(B) + room);
    four.map.forEachSlot((slot, a) -> {
      assertThat(a.owner()).as("%s", slot).isPresent();
      assertThat(Draft.holders(a)).as("%s", slot).hasSizeGreaterThanOrEqualTo(2);
    });
    assertThat(four.owned().get(C) + four.owned().get(D))
        .as("what nobody has room for stays where it is")
        .isPositive();
    four.at(A).memory = Memory.UNKNOWN;
    four.settle();
    assertThat(four.owned().keySet()).containsExactlyInAnyOrder(A, B);
  }

  @Test
  void processes_that_end_are_left_though_nobody_has_room() {
    Town four = Town.ofFour(4);
    four.settle();
    four.evenness = Evenness.resting(ofMegabyteEach(four), Evenness.Aim.COUNTS);
    for (NodeId full : List.of(A, B)) {
      four.at(full).memory = new Memory(72L << 20, 80L << 20);
    }
    for (NodeId leaver : List.of(C, D)) {
      four.at(leaver).draining = true;
      four.at(leaver).ending = true;
    }
    for (int steps = 0; steps < 100; steps++) {
      four.obey();
      four.step();
    }
    assertThat(four.owned().keySet())
        .as("else they would be taken over unplanned, by nodes as full")
        .containsExactlyInAnyOrder(A, B);
  }

  private static Weights ofMegabyteEach(Town town) {
    Map<SlotId, SlotLoad> loads = new HashMap<>();
    town.map.forEachSlot((slot, _) -> loads.put(slot, new SlotLoad(0, 0, 10, 1L << 20)));
    return new Weights(loads, false);
  }

  private static int copies(ShardMap map, NodeId node) {
    int[] copies = new int[1];
    map.forEachSlot((_, a) -> copies[0] += Draft.holders(a).contains(node) ? 1 : 0);
    return copies[0];
  }

  @ParameterizedTest(name = "{0} nodes")
  @ValueSource(ints = {3, 4, 7, 12, 25})
  void a_join_moves_no_more_than_the_theoretical_minimum_and_two_percent(int nodes) {
    Town many = new Town(Town.areas(256, 2, "settings", "mailbox-list"), Limits.DEFAULT);
    for (int i = 1; i <= nodes; i++) {
      many.join(new NodeId("node-" + i), Optional.empty());
    }
    many.settle();
    ShardMap before = many.map;
    NodeId late = new NodeId("late");
    many.join(late, Optional.empty());
    many.settle();
    int[] owners = new int[1];
    int[] copies = new int[1];
    many.map.forEachSlot((slot, a) -> {
      SlotAssignment old = before.find(slot).orElseThrow();
      owners[0] += a.owner().equals(old.owner()) ? 0 : 1;
      copies[0] += (int) Draft.holders(a).stream().filter(node -> !old.involves(node)).count();
    });
    double least = 768.0 / (nodes + 1);
    assertThat((double) owners[0]).isLessThanOrEqualTo(Math.max(1.02 * least, Math.ceil(least)));
    assertThat((double) copies[0])
        .isLessThanOrEqualTo(Math.max(1.02 * 2 * least, Math.ceil(2 * least)));
  }

  @Test
  void a_leave_moves_exactly_the_dead_nodes_slots_and_keeps_zones_apart() {
    Town ten = new Town(Town.areas(128, 2, "settings"), Limits.DEFAULT);
    for (int i = 1; i <= 10; i++) {
      ten.join(new NodeId("node-" + i), Optional.of("zone-" + i % 3));
    }
    ten.settle();
    ShardMap before = ten.map;
    ten.kill(A, true);
    ten.step();
    before.forEachSlot((slot, old) -> {
      SlotAssignment now = ten.map.find(slot).orElseThrow();
      if (old.isOwner(A)) {
        assertThat(now.owner()).isEqualTo(Optional.of(old.standbys().getFirst()));
      } else {
        assertThat(now).as("%s", slot).isEqualTo(old);
      }
    });
    ten.at(A).inGrace = false;
    ten.settle();
    assertThat(ten.copies()).doesNotContainKey(A);
    ten.map.forEachSlot((slot, now) -> {
      Set<String> zones = new HashSet<>();
      Draft.holders(now).forEach(node -> zones.add(ten.at(node).zone.orElseThrow()));
      assertThat(zones).as("zones of %s", slot).hasSize(2);
    });
  }
}
