package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.util.Set;

/**
 * What a table is to be evened out by, and how far.
 *
 * @param filling nodes that have far less than their share because they have just come: they are
 *     given slots until they have it
 * @param pinned slots that have moved lately and stay for the sake of load
 * @param copyBytes how much may be copied for the sake of load, in bytes; 0 or greater. What nodes
 *     that come need does not count
 */
record Evenness(Weights weights, Aim aim, Set<NodeId> filling, Set<SlotId> pinned, long copyBytes) {

  /** What is evened out. */
  enum Aim {
    /** Nothing but what filling nodes need. */
    REST,
    /** The number of slots that nodes own, exactly: nothing is measured. */
    COUNTS,
    /** What the slots weigh that nodes own. */
    LOADS
  }

  /** By counts alone. */
  static final Evenness OF_COUNTS = new Evenness(Weights.EVEN, Aim.COUNTS, Set.of(), Set.of(), 0);

  Evenness {
    filling = Set.copyOf(filling);
    pinned = Set.copyOf(pinned);
  }
}
