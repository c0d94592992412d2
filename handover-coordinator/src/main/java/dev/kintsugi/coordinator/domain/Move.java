package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.util.Optional;

/**
 * A difference between a table and the one aimed at.
 *
 * @param from empty for an additional copy
 * @param to empty for a copy that is to go
 */
public record Move(SlotId slot, What what, Optional<NodeId> from, Optional<NodeId> to) {

  /** What moves. */
  public enum What {
    OWNER,
    COPY
  }
}
