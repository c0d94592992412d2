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
 * slot suits the fullest and the emptiest node, a third one passes one on.
 */
final class CopyBalance {

  private final Fleet fleet;
  private final Spread spread;
  private final Draft draft;

  CopyBalance(Fleet fleet, Spread spread, Draft draft) {
    this.fleet = fleet;
    this.spread = spread;
    this.draft = draft;
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
      for (NodeId standby : assignment.standbys()) {
        fleet.active().stream()
            .filter(node -> !draft.get(slot).involves(node))
            .filter(node -> clashChange(slot, standby, node) < 0)
            .min(Comparator.comparingInt(draft::copies).thenComparing(Comparator.naturalOrder()))
            .ifPresent(node -> replace(slot, standby, node));
      }
    }
  }

  private boolean moveOne() {
    List<NodeId> fullestFirst =
        fleet.active().stream()
            .sorted(
                Comparator.<NodeId>comparingInt(draft::copies)
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    for (NodeId from : fullestFirst) {
      for (NodeId to : fullestFirst.reversed()) {
        if (draft.copies(from) - draft.copies(to) <= 1) {
          break;
        }
        if (pass(from, to) || passThroughAThird(from, to)) {
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

  private boolean passThroughAThird(NodeId from, NodeId to) {
    for (NodeId third : fleet.active()) {
      if (third.equals(from) || third.equals(to)) {
        continue;
      }
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

  /**
   * A slot whose standby {@code from} can be replaced; the one with the fewest such pairs at to.
   */
  private Optional<SlotId> slotToPass(NodeId from, NodeId to) {
    return draft.slots().stream()
        .filter(slot -> draft.get(slot).standbys().contains(from))
        .filter(slot -> draft.get(slot).releasing().isEmpty())
        .filter(slot -> !draft.get(slot).involves(to))
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
