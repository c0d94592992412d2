package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.Collections;
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
 * Costs O(slots), and O(log slots + log nodes) for each copy that is missing.
 *
 * <p>It is computed anew at each step from the table and the weights in force alone, so a new
 * leader goes on where the old one stopped. What keeps it from changing its mind on the way:
 *
 * <ul>
 *   <li>an owner moves preferably to a node that is a standby of the slot already, so a copy made
 *       for a move is chosen again;
 *   <li>of too many standbys the one on the fullest node goes, and among equals the older, so the
 *       copy made for a relocation stays;
 *   <li>balance of counts counts only differences greater than 1, and each move makes one smaller;
 *       balance of loads is looked for once ({@link LoadBalance}), and then what was decided is
 *       done ({@link Balancing}).
 * </ul>
 */
final class Target {

  /** A node that has come back may have so much of the mean load: what it had is hardly wrong. */
  private static final double HOME = 1.25;

  /** Less is nothing but rounding. */
  private static final double WORTH = 1e-9;

  private final SlotPolicies policies;
  private final Fleet fleet;
  private final Spread spread;
  private final Draft draft;
  private final OwnerMoves moves;

  /** What copies still to be made will weigh, in bytes. */
  private final Map<NodeId, Long> coming = new HashMap<>();

  private Target(SlotPolicies policies, Fleet fleet, Draft start) {
    this.policies = policies;
    this.fleet = fleet;
    this.spread = new Spread(fleet);
    this.draft = new Draft(start);
    this.moves = new OwnerMoves(draft, fleet, spread);
  }

  /**
   * The table to aim at.
   *
   * @param budget how many moves to look ahead for the sake of evenness alone; 0 for none. Owners
   *     come first: copies are evened out once owners are
   */
  static Draft of(SlotPolicies policies, Fleet fleet, Draft start, Evenness evenness, int budget) {
    Target target = new Target(policies, fleet, start);
    if (fleet.active().isEmpty()) {
      return target.draft;
    }
    target.relieveDraining();
    int left = budget == 0 ? 0 : target.balanceOwners(evenness, budget);
    target.fitAll();
    if (left > 0) {
      new CopyBalance(fleet, target.spread, target.draft, tolerance(evenness)).run(left);
    }
    return target.draft;
  }

  private static CopyBalance.Tolerance tolerance(Evenness evenness) {
    if (evenness.aim() == Evenness.Aim.COUNTS) {
      return CopyBalance.Tolerance.NONE;
    }
    return evenness.filling().isEmpty() ? CopyBalance.Tolerance.WIDE : CopyBalance.Tolerance.NARROW;
  }

  /** The heaviest first, so that the others can make up for it. */
  private void relieveDraining() {
    List<SlotId> leaving = new ArrayList<>();
    for (Peer peer : fleet.all()) {
      if (!peer.active() && draft.owned(peer.id()) > 0) {
        leaving.addAll(draft.owns(peer.id()));
      }
    }
    leaving.sort(
        Comparator.<SlotId>comparingDouble(draft.weights()::of)
            .reversed()
            .thenComparing(Comparator.naturalOrder()));
    for (SlotId slot : leaving) {
      if (!moves.isMoving(slot)) {
        idlest(standbysAbleToOwn(draft.get(slot)))
            .or(() -> withoutCopy(slot))
            .ifPresent(node -> moves.move(slot, node));
      }
    }
  }

  /**
   * Who gets a slot of which no node that stays has a copy. Empty: nobody has room for it, and its
   * owner can keep it; one that is told to end cannot.
   */
  private Optional<NodeId> withoutCopy(SlotId slot) {
    long size = draft.weights().size(slot);
    boolean goes = draft.get(slot).owner().filter(fleet::isEnding).isPresent();
    Optional<NodeId> chosen =
        idlest(fleet.active().stream().filter(node -> takes(node, size)).toList())
            .or(() -> goes ? idlest(fleet.active()) : Optional.empty());
    chosen.ifPresent(node -> coming.merge(node, size, Long::sum));
    return chosen;
  }

  private List<NodeId> standbysAbleToOwn(SlotAssignment assignment) {
    return assignment.standbys().stream().filter(fleet::isActive).toList();
  }

  private Optional<NodeId> idlest(List<NodeId> nodes) {
    return nodes.stream()
        .min(
            Comparator.<NodeId>comparingDouble(draft::load)
                .thenComparing(Comparator.naturalOrder()));
  }

  private int balanceOwners(Evenness evenness, int budget) {
    CountBalance counts = new CountBalance(draft, fleet, moves);
    int left = sendHome(evenness.homes(), budget);
    if (evenness.aim() == Evenness.Aim.COUNTS) {
      return counts.evenOut(left);
    }
    List<NodeId> filling = evenness.filling().stream().filter(fleet::isActive).sorted().toList();
    boolean looks = evenness.aim() == Evenness.Aim.LOADS;
    if (looks || !filling.isEmpty()) {
      FairShare share = FairShare.of(draft.slots(), draft.weights(), fleet.active().size());
      left = counts.fill(filling, share, left);
      if (looks) {
        return new LoadBalance(draft, fleet, moves, evenness, share).evenOut(left);
      }
    }
    return evenness.goals().stream().filter(this::pursue).count() > 0 ? 0 : left;
  }

  /**
   * Gives nodes that have come back what they had, as long as that evens out or leaves them within
   * a quarter of the mean: estimates differ by as much. The lightest first: they are to warm up on
   * them.
   *
   * @return what is left of the budget
   */
  private int sendHome(Map<SlotId, NodeId> homes, int budget) {
    if (homes.isEmpty()) {
      return budget;
    }
    List<Map.Entry<SlotId, NodeId>> lightestFirst = new ArrayList<>(homes.entrySet());
    lightestFirst.sort(
        Comparator.<Map.Entry<SlotId, NodeId>>comparingDouble(it -> draft.weights().of(it.getKey()))
            .thenComparing(Map.Entry::getKey));
    double enough =
        HOME * FairShare.of(draft.slots(), draft.weights(), fleet.active().size()).mean();
    int left = budget;
    for (Map.Entry<SlotId, NodeId> entry : lightestFirst) {
      if (left > 0 && sendHome(entry.getKey(), entry.getValue(), enough)) {
        left--;
      }
    }
    return left;
  }

  private boolean sendHome(SlotId slot, NodeId home, double enough) {
    double then = draft.load(home) + draft.weights().of(slot) - WORTH;
    boolean evens =
        draft
            .get(slot)
            .owner()
            .filter(it -> !it.equals(home) && then <= Math.max(enough, draft.load(it)))
            .isPresent();
    boolean open = evens && !moves.isMoving(slot) && moves.isPossible(slot, home);
    if (open) {
      moves.move(slot, home);
    }
    return open;
  }

  /** Whether there is still something to do for a goal, which is then done. */
  private boolean pursue(Evenness.Goal goal) {
    boolean open =
        draft.get(goal.slot()).isOwner(goal.from())
            && !moves.isMoving(goal.slot())
            && fleet.isActive(goal.to())
            && moves.isPossible(goal.slot(), goal.to());
    if (open) {
      moves.move(goal.slot(), goal.to());
    }
    return open;
  }

  /** Where nodes have not room for all copies that are missing, the most urgent ones get it. */
  private void fitAll() {
    ByCopies byCopies = new ByCopies(draft, fleet.active());
    List<Need> needs = new ArrayList<>();
    for (SlotId slot : draft.slots()) {
      SlotAssignment assignment = draft.get(slot);
      if (lacks(slot, assignment)) {
        needs.add(Need.of(slot, assignment, fleet, draft.weights()));
      } else if (!fits(slot, assignment)) {
        fit(slot, assignment, byCopies);
      }
    }
    Collections.sort(needs);
    needs.forEach(need -> fit(need.slot(), draft.get(need.slot()), byCopies));
  }

  private boolean lacks(SlotId slot, SlotAssignment assignment) {
    int staying = 0;
    for (NodeId standby : assignment.standbys()) {
      staying += fleet.isActive(standby) ? 1 : 0;
    }
    return 1 + staying < wanted(slot);
  }

  private int wanted(SlotId slot) {
    return Math.min(policies.copies(slot.area()), fleet.active().size());
  }

  private boolean fits(SlotId slot, SlotAssignment assignment) {
    for (NodeId standby : assignment.standbys()) {
      if (!fleet.isActive(standby)) {
        return false;
      }
    }
    return 1 + assignment.standbys().size() == wanted(slot);
  }

  /** Gives the slot as many holders as it should have, all on nodes that stay. */
  private void fit(SlotId slot, SlotAssignment before, ByCopies byCopies) {
    List<NodeId> standbys =
        new ArrayList<>(
            before.standbys().stream()
                .filter(node -> fleet.isActive(node) || fleet.isInGrace(node))
                .toList());
    put(slot, before, standbys, byCopies);
    int inGrace = (int) standbys.stream().filter(fleet::isInGrace).count();
    int wanted = Math.min(policies.copies(slot.area()), fleet.active().size() + inGrace);
    while (1 + standbys.size() > wanted) {
      standbys.remove(toDrop(before, standbys));
      put(slot, before, standbys, byCopies);
    }
    while (1 + standbys.size() < wanted) {
      Optional<NodeId> more = toAdd(slot, before, standbys, byCopies);
      if (more.isEmpty()) {
        keepLeaving(slot, before, standbys, wanted, byCopies);
        return;
      }
      coming.merge(more.get(), draft.weights().size(slot), Long::sum);
      standbys.add(more.get());
      put(slot, before, standbys, byCopies);
    }
  }

  /** Copies on nodes that leave stay for as long as there is no room for others. */
  private void keepLeaving(
      SlotId slot, SlotAssignment before, List<NodeId> standbys, int wanted, ByCopies byCopies) {
    for (NodeId node : before.standbys()) {
      if (1 + standbys.size() < wanted && !standbys.contains(node) && fleet.isLive(node)) {
        standbys.add(node);
        put(slot, before, standbys, byCopies);
      }
    }
  }

  private void put(SlotId slot, SlotAssignment before, List<NodeId> standbys, ByCopies byCopies) {
    List<NodeId> old = draft.get(slot).standbys();
    draft.put(
        slot, new SlotAssignment(before.owner(), standbys, before.grant(), before.releasing()));
    old.stream().filter(node -> !standbys.contains(node)).forEach(byCopies::changed);
    standbys.stream().filter(node -> !old.contains(node)).forEach(byCopies::changed);
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

  private Optional<NodeId> toAdd(
      SlotId slot, SlotAssignment assignment, List<NodeId> standbys, ByCopies byCopies) {
    @Nullable NodeId owner = assignment.owner().orElse(null);
    List<NodeId> holders = new ArrayList<>(standbys);
    if (owner != null) {
      holders.add(owner);
    }
    long size = draft.weights().size(slot);
    ToIntFunction<NodeId> pairs = node -> owner == null ? 0 : draft.pairs(owner, node);
    Predicate<NodeId> perfect = node -> pairs.applyAsInt(node) == 0;
    Predicate<NodeId> suits = node -> !holders.contains(node) && takes(node, size);
    List<NodeId> apart =
        spread.hasRoomApart(holders)
            ? byCopies.fewest(node -> suits.test(node) && spread.isApart(node, holders), perfect)
            : List.of();
    List<NodeId> candidates = apart.isEmpty() ? byCopies.fewest(suits, perfect) : apart;
    return candidates.stream()
        .min(Comparator.comparingInt(pairs).thenComparing(Comparator.naturalOrder()));
  }

  /** Whether the node has room for a copy; never what would bring it near its limit. */
  private boolean takes(NodeId node, long size) {
    return fleet.room(node) - coming.getOrDefault(node, 0L) >= size;
  }
}
