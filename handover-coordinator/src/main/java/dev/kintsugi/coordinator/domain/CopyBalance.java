package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Evens out copies by giving standby roles of full nodes to emptier ones; owners stay. Where no
 * slot suits the fullest and the emptiest node, a third one passes one on. Each move costs O(nodes
 * × log nodes + slots of some nodes).
 */
final class CopyBalance {

  /** By how much nodes may differ in copies. */
  enum Tolerance {
    /** By one copy. */
    NONE(0, 1),
    /** Where loads decide, and a node has come that needs copies of its own. */
    NARROW(0.05, 2),
    /** Where loads decide: copies are made for them, and none for mere numbers. */
    WIDE(0.25, 4);

    private final double ofMean;
    private final int least;

    Tolerance(double ofMean, int least) {
      this.ofMean = ofMean;
      this.least = least;
    }

    int copies(double mean) {
      return Math.max(least, (int) Math.ceil(ofMean * mean));
    }
  }

  /** Nodes that are looked at on each side, the fullest and the emptiest. */
  private static final int LOOKED_AT = 16;

  private final Fleet fleet;
  private final Spread spread;
  private final Draft draft;
  private final int tolerated;

  CopyBalance(Fleet fleet, Spread spread, Draft draft, Tolerance tolerance) {
    this.fleet = fleet;
    this.spread = spread;
    this.draft = draft;
    double copies = fleet.active().stream().mapToLong(draft::copies).sum();
    tolerated = tolerance.copies(copies / fleet.active().size());
  }

  void run(int budget) {
    mendZones();
    int left = budget;
    while (left > 0 && moveOne()) {
      left--;
    }
  }

  /** Replaces standbys whose zone another holder has, where a node of another zone can. */
  private void mendZones() {
    for (SlotId slot : draft.slots()) {
      SlotAssignment assignment = draft.get(slot);
      List<NodeId> holders = Draft.holders(assignment);
      if (spread.clashes(holders) == 0 || !spread.hasRoomApart(holders)) {
        continue;
      }
      for (NodeId standby : assignment.standbys()) {
        fleet.active().stream()
            .filter(node -> takes(slot, node))
            .filter(node -> clashChange(slot, standby, node) < 0)
            .min(Comparator.comparingInt(draft::copies).thenComparing(Comparator.naturalOrder()))
            .ifPresent(node -> replace(slot, standby, node));
      }
    }
  }

  private boolean takes(SlotId slot, NodeId node) {
    return !draft.get(slot).involves(node) && fleet.room(node) >= draft.weights().size(slot);
  }

  private boolean moveOne() {
    List<NodeId> fullestFirst = InOrder.mostFirst(fleet.active(), draft::copies);
    List<NodeId> full = fullestFirst.subList(0, Math.min(LOOKED_AT, fullestFirst.size()));
    List<NodeId> emptiestFirst = fullestFirst.reversed();
    List<NodeId> empty = emptiestFirst.subList(0, full.size());
    for (NodeId from : full) {
      for (NodeId to : empty) {
        if (draft.copies(from) - draft.copies(to) <= tolerated) {
          break;
        }
        if (pass(from, to) || passThroughAThird(from, to, full, empty)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean pass(NodeId from, NodeId to) {
    Optional<SlotId> slot = slotToPass(from, to);
    slot.ifPresent(found -> replace(found, from, to));
    return slot.isPresent();
  }

  private boolean passThroughAThird(NodeId from, NodeId to, List<NodeId> full, List<NodeId> empty) {
    for (NodeId third : thirds(from, to, full, empty)) {
      Optional<SlotId> first = slotToPass(from, third);
      Optional<SlotId> second = slotToPass(third, to);
      if (first.isPresent() && second.isPresent()) {
        replace(first.get(), from, third);
        replace(second.get(), third, to);
        return true;
      }
    }
    return false;
  }

  private static List<NodeId> thirds(
      NodeId from, NodeId to, List<NodeId> full, List<NodeId> empty) {
    List<NodeId> both = new ArrayList<>(full);
    both.addAll(empty);
    return both.stream()
        .filter(node -> !node.equals(from) && !node.equals(to))
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * A slot whose standby {@code from} can be replaced; the one with the fewest such pairs at to.
   */
  private Optional<SlotId> slotToPass(NodeId from, NodeId to) {
    return draft.standsBy(from).stream()
        .filter(slot -> draft.get(slot).releasing().isEmpty())
        .filter(slot -> takes(slot, to))
        .filter(slot -> clashChange(slot, from, to) <= 0)
        .min(
            Comparator.<SlotId>comparingInt(
                    slot -> draft.get(slot).owner().map(o -> draft.pairs(o, to)).orElse(0))
                .thenComparing(Comparator.naturalOrder()));
  }

  private int clashChange(SlotId slot, NodeId from, NodeId to) {
    List<NodeId> before = Draft.holders(draft.get(slot));
    List<NodeId> after = new ArrayList<>(before);
    after.replaceAll(node -> node.equals(from) ? to : node);
    return spread.clashes(after) - spread.clashes(before);
  }

  private void replace(SlotId slot, NodeId from, NodeId to) {
    SlotAssignment before = draft.get(slot);
    List<NodeId> standbys = new ArrayList<>(before.standbys());
    standbys.remove(from);
    standbys.add(to);
    draft.put(
        slot, new SlotAssignment(before.owner(), standbys, before.grant(), before.releasing()));
  }
}
