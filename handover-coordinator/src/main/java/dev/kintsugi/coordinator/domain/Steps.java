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
import java.util.stream.Stream;

/**
 * Takes a table some way towards its target: make before break, and no more at once than the limits
 * allow. A slot gets its new copies first; once they have caught up its owner moves; once the new
 * owner answers, what is too much goes.
 */
final class Steps {

  private final SlotPolicies policies;
  private final Fleet fleet;
  private final Limits limits;
  private final Draft draft;
  private final Draft target;
  private final Map<NodeId, Integer> building = new HashMap<>();
  private final Map<NodeId, Integer> arriving = new HashMap<>();
  private int movesUnderWay;
  private int movesLeft;
  private int extraCopies;
  private boolean ownersLeave;

  Steps(SlotPolicies policies, Fleet fleet, Limits limits, Draft repaired, Draft target) {
    this.policies = policies;
    this.fleet = fleet;
    this.limits = limits;
    this.draft = new Draft(repaired);
    this.target = target;
  }

  Draft take() {
    for (SlotId slot : draft.slots()) {
      countUnderWay(slot, draft.get(slot));
      ownersLeave |= ownerLeaves(slot, draft.get(slot));
      movesLeft += draft.get(slot).owner().equals(target.get(slot).owner()) ? 0 : 1;
    }
    for (SlotId slot : inTurn()) {
      if (draft.get(slot).releasing().isEmpty() && draft.get(slot).owner().isPresent()) {
        step(slot, draft.get(slot), target.get(slot));
      }
    }
    return draft;
  }

  /**
   * All slots: those that lack a copy first, by their {@link Need}, then those that change hands,
   * then those whose copies are only evened out; the last two in turns of the areas. For areas
   * differ in load, and a node must not be given all of one before it has any of the others.
   */
  private List<SlotId> inTurn() {
    Map<Share, Integer> owned = new HashMap<>();
    for (SlotId slot : draft.slots()) {
      draft
          .get(slot)
          .owner()
          .ifPresent(o -> owned.merge(new Share(o, slot.area()), 1, Integer::sum));
    }
    Map<Area, Integer> evened = new HashMap<>();
    List<Need> needs = new ArrayList<>();
    List<Turn> turns = new ArrayList<>();
    for (SlotId slot : draft.slots()) {
      SlotAssignment now = draft.get(slot);
      if (activeHolders(now) < wanted(slot)) {
        needs.add(Need.of(slot, now, fleet, draft.weights()));
      } else {
        turns.add(turn(slot, now, owned, evened));
      }
    }
    return Stream.concat(
            needs.stream().sorted().map(Need::slot), turns.stream().sorted().map(Turn::slot))
        .toList();
  }

  private Turn turn(
      SlotId slot, SlotAssignment now, Map<Share, Integer> owned, Map<Area, Integer> evened) {
    Optional<NodeId> to = target.get(slot).owner().filter(owner -> !now.isOwner(owner));
    return to.isPresent()
        ? new Turn(0, owned.merge(new Share(to.get(), slot.area()), 1, Integer::sum), slot)
        : new Turn(1, evened.merge(slot.area(), 1, Integer::sum), slot);
  }

  /**
   * When a slot is looked at that has its copies.
   *
   * @param rank what it needs: 0 another owner, 1 nothing that is urgent
   * @param turn within the rank, by area
   */
  private record Turn(int rank, int turn, SlotId slot) implements Comparable<Turn> {
    @Override
    public int compareTo(Turn other) {
      return Comparator.comparingInt(Turn::rank)
          .thenComparingInt(Turn::turn)
          .thenComparing(Turn::slot)
          .compare(this, other);
    }
  }

  /** What a node owns of an area. */
  private record Share(NodeId node, Area area) {}

  private void countUnderWay(SlotId slot, SlotAssignment assignment) {
    if (assignment.releasing().isPresent()) {
      movesUnderWay++;
      assignment.owner().ifPresent(to -> arriving.merge(to, 1, Integer::sum));
    }
    if (activeHolders(assignment) > wanted(slot)) {
      extraCopies++;
    }
    for (NodeId standby : assignment.standbys()) {
      if (fleet.isLive(standby) && !fleet.caughtUp(standby, slot)) {
        building.merge(standby, 1, Integer::sum);
      }
    }
  }

  /** Whether the slot is about to be moved, or is being moved, because its owner leaves. */
  private boolean ownerLeaves(SlotId slot, SlotAssignment now) {
    if (now.releasing().isPresent()) {
      return now.releasing().filter(this::isLeaving).isPresent();
    }
    return now.owner().filter(this::isLeaving).isPresent()
        && target.get(slot).owner().filter(next -> couldMove(slot, now, next)).isPresent();
  }

  private boolean isLeaving(NodeId node) {
    return fleet.isLive(node) && !fleet.isActive(node);
  }

  private int wanted(SlotId slot) {
    return Math.min(policies.copies(slot.area()), Math.max(1, fleet.active().size()));
  }

  private int activeHolders(SlotAssignment assignment) {
    return (int) Draft.holders(assignment).stream().filter(fleet::isActive).count();
  }

  private void step(SlotId slot, SlotAssignment now, SlotAssignment aim) {
    NodeId owner = aim.owner().orElseThrow();
    if (!now.isOwner(owner) && mayMove(slot, now, owner)) {
      moveOwner(slot, now, owner);
      return;
    }
    List<NodeId> missing = new ArrayList<>(Draft.holders(aim));
    missing.removeAll(Draft.holders(now));
    missing.forEach(node -> addCopy(slot, node));
    if (!missing.isEmpty() && draft.get(slot).equals(now)) {
      makeRoom(slot, now, aim);
    }
    if (!missing.isEmpty() || !now.isOwner(owner)) {
      return;
    }
    if (now.standbys().size() > aim.standbys().size() && maySlim(slot, now, aim)) {
      List<NodeId> kept = now.standbys().stream().filter(aim.standbys()::contains).toList();
      draft.put(slot, SlotAssignment.ownedBy(now.owner().orElseThrow(), kept, now.grant()));
    }
  }

  /**
   * Copies made for a move that is not wanted any more go first, or they would keep the places of
   * those that are. As many as the area's policy asks for stay, whoever leaves.
   */
  private void makeRoom(SlotId slot, SlotAssignment now, SlotAssignment aim) {
    List<NodeId> wanted = Draft.holders(aim);
    List<NodeId> kept = new ArrayList<>(now.standbys());
    List<NodeId> laggardsFirst =
        now.standbys().stream()
            .sorted(Comparator.comparing(node -> fleet.caughtUp(node, slot)))
            .toList();
    for (NodeId standby : laggardsFirst) {
      if (1 + kept.size() > policies.copies(slot.area()) && !wanted.contains(standby)) {
        kept.remove(standby);
      }
    }
    boolean keptOnesFollow = kept.stream().allMatch(node -> fleet.caughtUp(node, slot));
    if (kept.size() < now.standbys().size() && keptOnesFollow && fleet.ownerServes(slot, now)) {
      draft.put(slot, SlotAssignment.ownedBy(now.owner().orElseThrow(), kept, now.grant()));
    }
  }

  private void addCopy(SlotId slot, NodeId node) {
    SlotAssignment now = draft.get(slot);
    boolean repair = activeHolders(now) < wanted(slot);
    if (!fleet.isTrusted(node) || !allowed(repair, slot, now, node)) {
      return;
    }
    building.merge(node, 1, Integer::sum);
    extraCopies += repair ? 0 : 1;
    List<NodeId> standbys = new ArrayList<>(now.standbys());
    standbys.add(node);
    draft.put(slot, new SlotAssignment(now.owner(), standbys, now.grant(), now.releasing()));
  }

  private boolean allowed(boolean repair, SlotId slot, SlotAssignment now, NodeId node) {
    boolean safe = isSafe(slot, now);
    if (safe && (ownersLeave || isAwaited(now))) {
      return false;
    }
    int atOnce = safe ? limits.maxMoves() : limits.maxCopies();
    return repair ? building.getOrDefault(node, 0) < atOnce : extraCopies < limits.maxMoves();
  }

  /**
   * Whether the slot has all its copies, though some are on nodes that leave. Such a slot gets
   * others only when no owner leaves any more, and then in no hurry: whole logs are read for them
   * by the same nodes that are to take slots over within milliseconds. One whose leaving owner
   * waits for the copy is none of them.
   */
  private boolean isSafe(SlotId slot, SlotAssignment now) {
    boolean ownerWaits = now.owner().filter(this::isLeaving).isPresent() && !ownerLeaves(slot, now);
    int whole = 0;
    boolean oneStays = false;
    for (NodeId holder : Draft.holders(now)) {
      boolean serves = now.isOwner(holder) && fleet.ownerServes(slot, now);
      if (serves || fleet.caughtUp(holder, slot)) {
        whole++;
        oneStays |= fleet.isActive(holder);
      }
    }
    return !ownerWaits && oneStays && whole >= wanted(slot);
  }

  /**
   * Whether all holders that leave do so because their processes have been told to end: they may be
   * started again, and then they have what they had ({@code grace}).
   */
  private boolean isAwaited(SlotAssignment now) {
    List<NodeId> leaving = Draft.holders(now).stream().filter(this::isLeaving).toList();
    return !leaving.isEmpty() && leaving.stream().allMatch(fleet::isEnding);
  }

  private boolean mayMove(SlotId slot, SlotAssignment now, NodeId to) {
    // Whoever leaves soon cannot wait until the others are warm.
    return movesUnderWay < limits.movesAtOnce(movesLeft)
        && couldMove(slot, now, to)
        && (now.owner().filter(fleet::isActive).isEmpty() || mayBeGivenMore(to));
  }

  private boolean couldMove(SlotId slot, SlotAssignment now, NodeId to) {
    return now.standbys().contains(to)
        && fleet.ownerServes(slot, now)
        && now.owner().filter(fleet::isTrusted).isPresent()
        && fleet.ready(to, slot, now, limits.maxLag());
  }

  private boolean mayBeGivenMore(NodeId to) {
    return fleet.isSteady(to) && arriving.getOrDefault(to, 0) < atOnce(to);
  }

  /**
   * A slow start: a node that owns little is given one slot at a time, so that it warms up on it.
   */
  private int atOnce(NodeId to) {
    int settled = draft.owned(to) - arriving.getOrDefault(to, 0);
    return Math.max(1, settled / 2);
  }

  private void moveOwner(SlotId slot, SlotAssignment now, NodeId to) {
    NodeId from = now.owner().orElseThrow();
    movesUnderWay++;
    arriving.merge(to, 1, Integer::sum);
    List<NodeId> standbys = new ArrayList<>(now.standbys());
    standbys.remove(to);
    standbys.addFirst(from);
    long grant = Math.max(now.grant(), fleet.reportedGrant(slot)) + 1;
    draft.put(slot, new SlotAssignment(Optional.of(to), standbys, grant, Optional.of(from)));
  }

  /** Copies go only while the owner answers and every copy that stays has caught up. */
  private boolean maySlim(SlotId slot, SlotAssignment now, SlotAssignment aim) {
    return fleet.ownerServes(slot, now)
        && aim.standbys().stream().allMatch(node -> fleet.caughtUp(node, slot));
  }
}
