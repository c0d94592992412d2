package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes of owners in a table that is being worked on. Not thread-safe. */
final class OwnerMoves {

  private final Draft draft;
  private final Fleet fleet;
  private final Spread spread;

  OwnerMoves(Draft draft, Fleet fleet, Spread spread) {
    this.draft = draft;
    this.fleet = fleet;
    this.spread = spread;
  }

  void move(SlotId slot, NodeId to) {
    SlotAssignment before = draft.get(slot);
    List<NodeId> standbys = new ArrayList<>();
    before.owner().ifPresent(standbys::add);
    before.standbys().stream().filter(node -> !node.equals(to)).forEach(standbys::add);
    draft.put(
        slot,
        new SlotAssignment(
            Optional.of(to), standbys, Math.max(1, before.grant()), Optional.empty()));
  }

  boolean isStandby(NodeId node, SlotId slot) {
    return draft.get(slot).standbys().contains(node);
  }

  /** Whether the slot may be given to a node: one that has a copy, or may be given one. */
  boolean isPossible(SlotId slot, NodeId to) {
    return isStandby(to, slot)
        || (fleet.room(to) >= draft.weights().size(slot) && spread.allows(draft.get(slot), to));
  }

  /** Whether the slot changes hands already. */
  boolean isMoving(SlotId slot) {
    return draft.get(slot).releasing().isPresent();
  }
}
