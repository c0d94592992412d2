package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a table is to be evened out by, and how far.
 *
 * @param filling nodes that have far less than their share because they have just come: they are
 *     given slots until they have it
 * @param pinned slots that have moved lately and stay for the sake of load
 * @param copyBytes how much may be copied for the sake of load, in bytes; 0 or greater. What nodes
 *     that come need does not count
 * @param goals changes of owner that were decided for the sake of load and are still to be made, or
 *     have been
 * @param homes nodes that have come back, by the slots that they had before
 */
record Evenness(
    Weights weights,
    Aim aim,
    Set<NodeId> filling,
    Set<SlotId> pinned,
    long copyBytes,
    List<Goal> goals,
    Map<SlotId, NodeId> homes) {

  /** A change of owner that was decided. */
  record Goal(SlotId slot, NodeId from, NodeId to) {}

  /** What is evened out. */
  enum Aim {
    /** What nodes need that have come back or are filled, and what was decided before. */
    GOALS,
    /** The number of slots that nodes own, exactly: nothing is measured. */
    COUNTS,
    /** What the slots weigh that nodes own: looks for what to do. */
    LOADS
  }

  /** By counts alone. */
  static final Evenness OF_COUNTS = resting(Weights.EVEN, Aim.COUNTS);

  Evenness {
    filling = Set.copyOf(filling);
    pinned = Collections.unmodifiableSet(new HashSet<>(pinned));
    goals = List.copyOf(goals);
    homes = Map.copyOf(homes);
  }

  static Evenness resting(Weights weights, Aim aim) {
    return new Evenness(weights, aim, Set.of(), Set.of(), 0, List.of(), Map.of());
  }

  Evenness with(Map<SlotId, NodeId> newHomes) {
    return new Evenness(weights, aim, filling, pinned, copyBytes, goals, newHomes);
  }
}
