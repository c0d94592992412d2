package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Evens out how many slots each node owns. Each move costs O(nodes × log nodes + slots of two
 * nodes).
 */
final class CountBalance {

  /** A filling node has enough with this part of the fair share; the rest is for loads to say. */
  static final double ENOUGH = 0.95;

  /** While a node is filled it is given no slot that weighs more than so many usual ones. */
  private static final double USUAL = 2;

  private final Draft draft;
  private final Fleet fleet;
  private final OwnerMoves moves;

  CountBalance(Draft draft, Fleet fleet, OwnerMoves moves) {
    this.draft = draft;
    this.fleet = fleet;
    this.moves = moves;
  }

  /**
   * Moves slots until no two nodes differ by more than one.
   *
   * @return what is left of the budget
   */
  int evenOut(int budget) {
    int left = budget;
    while (left > 0 && moveOne()) {
      left--;
    }
    return left;
  }

  private boolean moveOne() {
    List<NodeId> fullestFirst = InOrder.mostFirst(fleet.active(), draft::owned);
    List<NodeId> emptiestFirst = InOrder.fewestFirst(fleet.active(), draft::owned);
    for (NodeId from : fullestFirst) {
      for (NodeId to : emptiestFirst) {
        if (draft.owned(from) - draft.owned(to) <= 1) {
          break;
        }
        Optional<SlotId> slot = slotToMove(from, to, _ -> true);
        if (slot.isPresent()) {
          moves.move(slot.get(), to);
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Gives nodes that have just come slots of the busiest until they have their share, be it of
   * slots or of load. Not the busiest slots: they would meet a cold process.
   *
   * @return what is left of the budget
   */
  int fill(List<NodeId> nodes, FairShare share, int budget) {
    int left = budget;
    for (NodeId to : nodes) {
      while (left > 0 && lacks(draft, to, fleet.active().size(), share) && fillOne(to, share)) {
        left--;
      }
    }
    return left;
  }

  /** Whether a node lacks both slots and load. */
  static boolean lacks(Draft draft, NodeId node, int nodes, FairShare share) {
    return draft.owned(node) < draft.slots().size() / nodes
        && draft.load(node) < ENOUGH * share.fair();
  }

  private boolean fillOne(NodeId to, FairShare share) {
    double usual = USUAL * share.mean() * fleet.active().size() / draft.slots().size();
    List<NodeId> busiestFirst =
        fleet.active().stream()
            .filter(node -> draft.load(node) > draft.load(to))
            .sorted(
                Comparator.<NodeId>comparingDouble(draft::load)
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    for (NodeId from : busiestFirst) {
      double difference = draft.load(from) - draft.load(to);
      double most = Math.min(usual, difference);
      Optional<SlotId> slot =
          slotToMove(from, to, s -> draft.weights().of(s) < most)
              .or(() ->
                  slotToMove(
                      from,
                      to,
                      s -> draft.weights().of(s) < difference && !share.hot().contains(s)));
      if (slot.isPresent()) {
        moves.move(slot.get(), to);
        return true;
      }
    }
    return false;
  }

  /**
   * A slot of the area of which the new owner has least, as long as the old one has more of it: for
   * areas differ in load, and all of one must not end up on one node. Among areas that differ by a
   * single slot, one that the new owner has a copy of already.
   */
  private Optional<SlotId> slotToMove(NodeId from, NodeId to, Predicate<SlotId> suits) {
    Map<Area, Integer> has = ownedByArea(to);
    Map<Area, Integer> had = ownedByArea(from);
    ToIntFunction<SlotId> own = slot -> has.getOrDefault(slot.area(), 0);
    Predicate<SlotId> evens = slot -> had.getOrDefault(slot.area(), 0) > own.applyAsInt(slot);
    List<SlotId> movable =
        draft.owns(from).stream()
            .filter(slot -> !moves.isMoving(slot))
            .filter(suits)
            .filter(slot -> moves.isPossible(slot, to))
            .toList();
    List<SlotId> evening = movable.stream().filter(evens).toList();
    List<SlotId> eligible = evening.isEmpty() ? movable : evening;
    int least = eligible.stream().mapToInt(own).min().orElse(0);
    return eligible.stream()
        .filter(slot -> own.applyAsInt(slot) <= least + 1)
        .min(
            Comparator.comparing((SlotId slot) -> !moves.isStandby(to, slot))
                .thenComparingInt(own)
                .thenComparing(Comparator.naturalOrder()));
  }

  private Map<Area, Integer> ownedByArea(NodeId node) {
    Map<Area, Integer> owned = new HashMap<>();
    draft.owns(node).forEach(slot -> owned.merge(slot.area(), 1, Integer::sum));
    return owned;
  }
}
