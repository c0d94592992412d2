package dev.kintsugi.node.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import java.util.Optional;

/** What the shard map asks of this node for one slot. */
public sealed interface Duty {

  /** Keep no copy. */
  record None() implements Duty {}

  /** Keep a copy, and give the slot up if this node owns it. */
  record Standby() implements Duty {}

  /**
   * Own the slot.
   *
   * @param grant the grant part of the epoch to take
   * @param after a node whose release is to be waited for
   */
  record Own(long grant, Optional<NodeId> after) implements Duty {}

  static Duty of(SlotAssignment assignment, NodeId self) {
    if (assignment.isOwner(self)) {
      return new Own(assignment.grant(), assignment.releasing().filter(node -> !node.equals(self)));
    }
    return assignment.involves(self) ? new Standby() : new None();
  }
}
