package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * How well the holders of a slot are spread over zones; a node of unknown zone clashes with none.
 */
final class Spread {

  private final Fleet fleet;

  Spread(Fleet fleet) {
    this.fleet = fleet;
  }

  /** Holders that share their zone with an earlier one. */
  int clashes(Collection<NodeId> holders) {
    Set<String> zones = new HashSet<>();
    int clashes = 0;
    for (NodeId holder : holders) {
      clashes += fleet.zone(holder).filter(zone -> !zones.add(zone)).isPresent() ? 1 : 0;
    }
    return clashes;
  }
}
