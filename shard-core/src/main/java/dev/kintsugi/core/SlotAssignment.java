package dev.kintsugi.core;

import java.util.List;
import java.util.Optional;

/**
 * Who serves one slot and who stands by.
 *
 * @param owner empty where no live node has a copy
 * @param standbys preferred successor first; never names the owner, no node twice
 * @param grant the grant part of the owner's epoch; at least 1 where there is an owner
 * @param releasing the node that must release the slot before the owner takes it (a planned move)
 */
public record SlotAssignment(
    Optional<NodeId> owner, List<NodeId> standbys, long grant, Optional<NodeId> releasing) {

  public SlotAssignment {
    standbys = List.copyOf(standbys);
    if (owner.isPresent() && grant < 1) {
      throw new IllegalArgumentException(
          "an owned slot needs a grant of 1 or greater, got " + grant);
    }
    if (owner.isPresent() && standbys.contains(owner.get())) {
      throw new IllegalArgumentException("the owner " + owner.get() + " cannot be its own standby");
    }
    if (standbys.stream().distinct().count() != standbys.size()) {
      throw new IllegalArgumentException("a standby is named twice in " + standbys);
    }
  }

  public static SlotAssignment ownedBy(NodeId owner, List<NodeId> standbys, long grant) {
    return new SlotAssignment(Optional.of(owner), standbys, grant, Optional.empty());
  }

  public boolean isOwner(NodeId node) {
    return owner.isPresent() && owner.get().equals(node);
  }

  /** Whether the node keeps a copy: as owner, as standby, or until it has released the slot. */
  public boolean involves(NodeId node) {
    return isOwner(node)
        || standbys.contains(node)
        || (releasing.isPresent() && releasing.get().equals(node));
  }
}
