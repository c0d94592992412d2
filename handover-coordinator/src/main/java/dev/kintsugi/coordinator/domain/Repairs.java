package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapNode;
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
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What cannot wait: slots without a living owner, and moves that have ended or cannot end. Costs
 * O(slots), and O(log nodes) for each slot without any copy.
 */
final class Repairs {

  private final SlotPolicies policies;
  private final ShardMap current;
  private final Fleet fleet;
  private final Set<SlotId> overdue;
  private final Weights weights;

  /** Nodes that have begun a new life since the table was written. */
  private final Set<NodeId> reborn = new HashSet<>();

  /**
   * Repairs of a table.
   *
   * @param overdue slots whose grant is so old that its owner should have begun to answer
   */
  Repairs(
      SlotPolicies policies, ShardMap current, Fleet fleet, Set<SlotId> overdue, Weights weights) {
    this.policies = policies;
    this.current = current;
    this.fleet = fleet;
    this.overdue = overdue;
    this.weights = weights;
    for (MapNode old : current.nodes()) {
      fleet
          .find(old.id())
          .filter(peer -> !peer.node().incarnation().equals(old.incarnation()))
          .ifPresent(peer -> reborn.add(peer.id()));
    }
  }

  Draft apply() {
    Draft draft = new Draft(weights);
    List<SlotId> vacant = new ArrayList<>();
    policies.forEachSlot(slot -> {
      Optional<SlotAssignment> before = current.find(slot);
      SlotAssignment after = before.map(a -> repaired(slot, a)).orElse(nobody(0));
      draft.put(slot, after);
      if (after.owner().isEmpty()) {
        vacant.add(slot);
      }
    });
    if (!vacant.isEmpty()) {
      occupy(vacant, draft);
    }
    return draft;
  }

  private SlotAssignment repaired(SlotId slot, SlotAssignment before) {
    SlotAssignment kept = withoutTheLost(before);
    Optional<NodeId> owner = before.owner();
    boolean ownerLives = owner.isPresent() && fleet.isLive(owner.get());
    if (ownerLives && !reborn.contains(owner.get())) {
      return settled(slot, kept);
    }
    Optional<NodeId> successor = owner.isPresent() ? successor(slot, before) : any(slot, before);
    if (ownerLives && !lostItsCopy(slot, owner.get(), successor)) {
      return settled(slot, kept);
    }
    return successor
        .map(node -> promoted(slot, before, kept, node))
        .orElseGet(() ->
            new SlotAssignment(
                Optional.empty(), withFormerOwner(before, kept), before.grant(), Optional.empty()));
  }

  private SlotAssignment withoutTheLost(SlotAssignment before) {
    if (before.standbys().stream().allMatch(this::keepsItsPlace)) {
      return before;
    }
    List<NodeId> standbys = before.standbys().stream().filter(this::keepsItsPlace).toList();
    return new SlotAssignment(before.owner(), standbys, before.grant(), before.releasing());
  }

  private boolean keepsItsPlace(NodeId node) {
    return fleet.isLive(node) || fleet.isInGrace(node);
  }

  /** The live copy to promote; the node that was still to release the slot is one as well. */
  private Optional<NodeId> successor(SlotId slot, SlotAssignment before) {
    return any(slot, before).filter(node -> !before.isOwner(node));
  }

  private Optional<NodeId> any(SlotId slot, SlotAssignment before) {
    Stream<NodeId> holders =
        Stream.concat(before.standbys().stream(), before.releasing().stream()).distinct();
    return holders.filter(fleet::isLive).min(bestFirst(slot));
  }

  private Comparator<NodeId> bestFirst(SlotId slot) {
    return Comparator.<NodeId, Boolean>comparing(node -> !fleet.caughtUp(node, slot))
        .thenComparing(node -> !fleet.isTrusted(node))
        .thenComparing(node -> !fleet.isActive(node))
        .thenComparing(Comparator.comparingLong((NodeId node) -> applied(node, slot)).reversed())
        .thenComparing(Comparator.naturalOrder());
  }

  private long applied(NodeId node, SlotId slot) {
    return fleet.report(node, slot).map(SlotReport::nextOffset).orElse(-1L);
  }

  /**
   * Whether the owner has begun a new life and would have to read the whole log while a standby is
   * ready.
   */
  private boolean lostItsCopy(SlotId slot, NodeId owner, Optional<NodeId> successor) {
    return reborn.contains(owner)
        && !fleet.caughtUp(owner, slot)
        && successor
            .filter(node -> fleet.isTrusted(node) && fleet.caughtUp(node, slot))
            .isPresent();
  }

  private SlotAssignment promoted(
      SlotId slot, SlotAssignment before, SlotAssignment kept, NodeId successor) {
    List<NodeId> standbys = new ArrayList<>(withFormerOwner(before, kept));
    standbys.remove(successor);
    return SlotAssignment.ownedBy(successor, standbys, nextGrant(slot, before));
  }

  /**
   * A dead owner keeps a standby's place for the grace; one that only restarted keeps it anyway.
   */
  private List<NodeId> withFormerOwner(SlotAssignment before, SlotAssignment kept) {
    List<NodeId> standbys = new ArrayList<>(kept.standbys());
    before
        .owner()
        .filter(this::keepsItsPlace)
        .filter(owner -> !standbys.contains(owner))
        .ifPresent(standbys::add);
    return standbys;
  }

  /**
   * Ends a planned move that is done, or whose other side cannot do its part. One that takes too
   * long is tried again as an unplanned one under a fresh grant, whatever has taken the old one; so
   * is a grant that somebody else has taken, by a table that was thought lost and came late.
   */
  private SlotAssignment settled(SlotId slot, SlotAssignment kept) {
    boolean stuck =
        overdue.contains(slot)
            && !fleet.ownerServes(slot, kept)
            && (kept.releasing().isPresent() || takenByAnother(slot, kept));
    if (stuck || fleet.reportedGrant(slot) > kept.grant()) {
      return SlotAssignment.ownedBy(
          kept.owner().orElseThrow(), kept.standbys(), nextGrant(slot, kept));
    }
    if (kept.releasing().isEmpty()) {
      return kept;
    }
    boolean waits =
        kept.releasing().filter(fleet::isLive).isPresent() && !fleet.ownerServes(slot, kept);
    return waits
        ? kept
        : SlotAssignment.ownedBy(kept.owner().orElseThrow(), kept.standbys(), kept.grant());
  }

  /** Whether the owner has seen its grant in the log and yet only stands by: it was not its own. */
  private boolean takenByAnother(SlotId slot, SlotAssignment kept) {
    return kept.owner()
        .flatMap(owner -> fleet.report(owner, slot))
        .filter(report ->
            report.caughtUp()
                && report.role() == SlotReport.Role.STANDBY
                && report.epoch().grant() >= kept.grant())
        .isPresent();
  }

  private long nextGrant(SlotId slot, SlotAssignment before) {
    return Math.max(before.grant(), fleet.reportedGrant(slot)) + 1;
  }

  /**
   * No live copy is left: the log still has everything, so any node may read it. A user's slots in
   * different areas, which have the same number where areas have equally many, go to different
   * nodes as far as that leaves counts even.
   */
  private void occupy(List<SlotId> vacant, Draft draft) {
    Stream<NodeId> active = fleet.active().stream();
    Stream<NodeId> live = fleet.all().stream().filter(Peer::live).map(Peer::id);
    List<NodeId> candidates = fleet.active().isEmpty() ? live.toList() : active.toList();
    if (candidates.isEmpty()) {
      return;
    }
    Comparator<NodeId> order =
        Comparator.<NodeId, Boolean>comparing(node -> !fleet.isTrusted(node))
            .thenComparingInt(draft::owned)
            .thenComparingInt(draft::copies)
            .thenComparing(Comparator.naturalOrder());
    NavigableSet<NodeId> inOrder = new TreeSet<>(order);
    inOrder.addAll(candidates);
    Map<Integer, Set<NodeId>> owners = new HashMap<>();
    for (SlotId slot : vacant) {
      Set<NodeId> same = owners.computeIfAbsent(slot.number(), _ -> new HashSet<>());
      NodeId owner = firstApart(inOrder, same, draft);
      inOrder.remove(owner);
      SlotAssignment before = draft.get(slot);
      List<NodeId> standbys =
          before.standbys().stream().filter(node -> !node.equals(owner)).toList();
      draft.put(slot, SlotAssignment.ownedBy(owner, standbys, nextGrant(slot, before)));
      inOrder.add(owner);
      same.add(owner);
    }
  }

  private NodeId firstApart(NavigableSet<NodeId> inOrder, Set<NodeId> same, Draft draft) {
    NodeId first = inOrder.getFirst();
    for (NodeId node : inOrder) {
      boolean equal =
          fleet.isTrusted(node) == fleet.isTrusted(first)
              && draft.owned(node) == draft.owned(first);
      if (!equal) {
        break;
      }
      if (!same.contains(node)) {
        return node;
      }
    }
    return first;
  }

  private static SlotAssignment nobody(long grant) {
    return new SlotAssignment(Optional.empty(), List.of(), grant, Optional.empty());
  }
}
