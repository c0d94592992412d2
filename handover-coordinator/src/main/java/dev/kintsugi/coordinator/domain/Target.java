package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where the table should go: what it would be if moves cost nothing, reached by the fewest moves.
 *
 * <p>It is computed anew at each step from the table alone, so a new leader goes on where the old
 * one stopped. What keeps it from changing its mind on the way:
 *
 * <ul>
 *   <li>an owner moves preferably to a node that is a standby of the slot already, so a copy made
 *       for a move is chosen again;
 *   <li>of too many standbys the one on the fullest node goes, and among equals the older, so the
 *       copy made for a relocation stays;
 *   <li>balance counts only differences greater than 1, and each move makes one smaller.
 * </ul>
 */
final class Target {

  private final SlotPolicies policies;
  private final Fleet fleet;
  private final Spread spread;
  private final Draft draft;

  private Target(SlotPolicies policies, Fleet fleet, Draft start) {
    this.policies = policies;
    this.fleet = fleet;
    this.spread = new Spread(fleet);
    this.draft = new Draft(start);
  }

  /**
   * The table to aim at.
   *
   * @param budget how many moves to look ahead for the sake of evenness alone; 0 for none. Owners
   *     come first: copies are evened out once owners are
   */
  static Draft of(SlotPolicies policies, Fleet fleet, Draft start, int budget) {
    Target target = new Target(policies, fleet, start);
    if (fleet.active().isEmpty()) {
      return target.draft;
    }
    target.relieveDraining();
    int left = target.balanceOwners(budget);
    target.draft.slots().forEach(target::fit);
    if (left > 0) {
      new CopyBalance(fleet, target.spread, target.draft).run(left);
    }
    return target.draft;
  }

  private void relieveDraining() {
    for (SlotId slot : draft.slots()) {
      SlotAssignment before = draft.get(slot);
      if (before.releasing().isPresent() || before.owner().isEmpty()) {
        continue;
      }
      NodeId owner = before.owner().get();
      if (!fleet.isActive(owner)) {
        moveOwner(
            slot,
            fewestOwned(standbysAbleToOwn(before))
                .or(() -> fewestOwned(fleet.active()))
                .orElseThrow());
      }
    }
  }

  private List<NodeId> standbysAbleToOwn(SlotAssignment assignment) {
    return assignment.standbys().stream().filter(fleet::isActive).toList();
  }

  private Optional<NodeId> fewestOwned(List<NodeId> nodes) {
    return nodes.stream()
        .min(Comparator.comparingInt(draft::owned).thenComparing(Comparator.naturalOrder()));
  }

  private void moveOwner(SlotId slot, NodeId to) {
    SlotAssignment before = draft.get(slot);
    List<NodeId> standbys = new ArrayList<>();
    before.owner().ifPresent(standbys::add);
    before.standbys().stream().filter(node -> !node.equals(to)).forEach(standbys::add);
    draft.put(
        slot,
        new SlotAssignment(
            Optional.of(to), standbys, Math.max(1, before.grant()), Optional.empty()));
  }

  private int balanceOwners(int budget) {
    int left = budget;
    while (left > 0 && moveOneOwner()) {
      left--;
    }
    return left;
  }

  private boolean moveOneOwner() {
    List<NodeId> fullestFirst = byOwned(Comparator.<Integer>reverseOrder());
    List<NodeId> emptiestFirst = byOwned(Comparator.<Integer>naturalOrder());
    for (NodeId from : fullestFirst) {
      for (NodeId to : emptiestFirst) {
        if (draft.owned(from) - draft.owned(to) <= 1) {
          break;
        }
        Optional<SlotId> slot = slotToMove(from, to);
        if (slot.isPresent()) {
          moveOwner(slot.get(), to);
          return true;
        }
      }
    }
    return false;
  }

  private List<NodeId> byOwned(Comparator<Integer> order) {
    return fleet.active().stream()
        .sorted(
            Comparator.<NodeId, Integer>comparing(draft::owned, order)
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  /**
   * A slot of the area of which the new owner has least, as long as the old one has more of it: for
   * areas differ in load, and all of one must not end up on one node. Among areas that differ by a
   * single slot, one that the new owner has a copy of already.
   */
  private Optional<SlotId> slotToMove(NodeId from, NodeId to) {
    Map<Area, Integer> has = ownedByArea(to);
    Map<Area, Integer> had = ownedByArea(from);
    ToIntFunction<SlotId> own = slot -> has.getOrDefault(slot.area(), 0);
    Predicate<SlotId> evens = slot -> had.getOrDefault(slot.area(), 0) > own.applyAsInt(slot);
    List<SlotId> movable =
        draft.slots().stream()
            .filter(slot -> draft.get(slot).isOwner(from))
            .filter(slot -> draft.get(slot).releasing().isEmpty())
            .filter(slot -> isStandby(to, slot) || zonesAllow(draft.get(slot), to))
            .toList();
    List<SlotId> evening = movable.stream().filter(evens).toList();
    List<SlotId> eligible = evening.isEmpty() ? movable : evening;
    int least = eligible.stream().mapToInt(own).min().orElse(0);
    return eligible.stream()
        .filter(slot -> own.applyAsInt(slot) <= least + 1)
        .min(
            Comparator.comparing((SlotId slot) -> !isStandby(to, slot))
                .thenComparingInt(own)
                .thenComparing(Comparator.naturalOrder()));
  }

  private boolean isStandby(NodeId node, SlotId slot) {
    return draft.get(slot).standbys().contains(node);
  }

  private Map<Area, Integer> ownedByArea(NodeId node) {
    Map<Area, Integer> owned = new HashMap<>();
    for (SlotId slot : draft.slots()) {
      if (draft.get(slot).isOwner(node)) {
        owned.merge(slot.area(), 1, Integer::sum);
      }
    }
    return owned;
  }

  /** Whether {@code to} can join and some other holder leave without worse zones than before. */
  private boolean zonesAllow(SlotAssignment assignment, NodeId to) {
    List<NodeId> before = Draft.holders(assignment);
    for (NodeId leaving : before) {
      List<NodeId> after = new ArrayList<>(before);
      after.remove(leaving);
      after.add(to);
      if (spread.clashes(after) <= spread.clashes(before)) {
        return true;
      }
    }
    return false;
  }

  /** Gives the slot as many holders as it should have, all on nodes that stay. */
  private void fit(SlotId slot) {
    SlotAssignment before = draft.get(slot);
    List<NodeId> standbys =
        new ArrayList<>(
            before.standbys().stream()
                .filter(node -> fleet.isActive(node) || fleet.isInGrace(node))
                .toList());
    put(slot, before, standbys);
    int inGrace = (int) standbys.stream().filter(fleet::isInGrace).count();
    int wanted = Math.min(policies.copies(slot.area()), fleet.active().size() + inGrace);
    while (1 + standbys.size() > wanted) {
      standbys.remove(toDrop(before, standbys));
      put(slot, before, standbys);
    }
    while (1 + standbys.size() < wanted) {
      Optional<NodeId> more = toAdd(before, standbys);
      if (more.isEmpty()) {
        return;
      }
      standbys.add(more.get());
      put(slot, before, standbys);
    }
  }

  private void put(SlotId slot, SlotAssignment before, List<NodeId> standbys) {
    draft.put(
        slot, new SlotAssignment(before.owner(), standbys, before.grant(), before.releasing()));
  }

  private NodeId toDrop(SlotAssignment assignment, List<NodeId> standbys) {
    NodeId chosen = standbys.getFirst();
    for (NodeId candidate : standbys) {
      if (betterDropped(assignment, standbys, candidate, chosen)) {
        chosen = candidate;
      }
    }
    return chosen;
  }

  /** Among equals the older copy, which stands earlier, is dropped. */
  private boolean betterDropped(
      SlotAssignment assignment, List<NodeId> standbys, NodeId candidate, NodeId chosen) {
    if (fleet.isInGrace(candidate) != fleet.isInGrace(chosen)) {
      return fleet.isInGrace(candidate);
    }
    int clashes = clashesWithout(assignment, standbys, candidate);
    int clashesOfChosen = clashesWithout(assignment, standbys, chosen);
    return clashes != clashesOfChosen
        ? clashes < clashesOfChosen
        : draft.copies(candidate) > draft.copies(chosen);
  }

  private int clashesWithout(SlotAssignment assignment, List<NodeId> standbys, NodeId left) {
    List<NodeId> holders = new ArrayList<>(standbys);
    holders.remove(left);
    assignment.owner().ifPresent(holders::add);
    return spread.clashes(holders);
  }

  private Optional<NodeId> toAdd(SlotAssignment assignment, List<NodeId> standbys) {
    NodeId owner = assignment.owner().orElse(null);
    return fleet.active().stream()
        .filter(node -> !node.equals(owner) && !standbys.contains(node))
        .min(
            Comparator.<NodeId>comparingInt(node -> clashesWith(owner, standbys, node))
                .thenComparingInt(draft::copies)
                .thenComparingInt(node -> owner == null ? 0 : draft.pairs(owner, node))
                .thenComparing(Comparator.naturalOrder()));
  }

  private int clashesWith(@Nullable NodeId owner, List<NodeId> standbys, NodeId added) {
    List<NodeId> holders = new ArrayList<>(standbys);
    if (owner != null) {
      holders.add(owner);
    }
    holders.add(added);
    return spread.clashes(holders);
  }
}
