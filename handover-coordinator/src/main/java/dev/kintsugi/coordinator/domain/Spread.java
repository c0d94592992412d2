package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How well the holders of a slot are spread over zones; a node of unknown zone clashes with none.
 */
final class Spread {

  private final Fleet fleet;

  /** The zones in which a copy may be made. */
  private final Set<String> zones = new HashSet<>();

  private final boolean somewhereUnknown;

  Spread(Fleet fleet) {
    this.fleet = fleet;
    boolean unknown = false;
    for (NodeId node : fleet.active()) {
      Optional<String> zone = fleet.zone(node);
      zone.ifPresent(zones::add);
      unknown |= zone.isEmpty();
    }
    somewhereUnknown = unknown;
  }

  /** Holders that share their zone with an earlier one. */
  int clashes(Collection<NodeId> holders) {
    if (zones.isEmpty() && holders.stream().allMatch(node -> fleet.zone(node).isEmpty())) {
      return 0;
    }
    Set<String> seen = new HashSet<>();
    int clashes = 0;
    for (NodeId holder : holders) {
      clashes += fleet.zone(holder).filter(zone -> !seen.add(zone)).isPresent() ? 1 : 0;
    }
    return clashes;
  }

  /** Whether a node clashes with none of the holders. */
  boolean isApart(NodeId node, Collection<NodeId> holders) {
    Optional<String> zone = fleet.zone(node);
    return zone.isEmpty() || holders.stream().noneMatch(holder -> fleet.zone(holder).equals(zone));
  }

  /** Whether there may be a node that clashes with none of the holders. */
  boolean hasRoomApart(Collection<NodeId> holders) {
    if (somewhereUnknown) {
      return true;
    }
    Set<String> taken = new HashSet<>();
    holders.forEach(holder -> fleet.zone(holder).ifPresent(taken::add));
    return !taken.containsAll(zones);
  }

  /** Whether {@code to} can join and some other holder leave without worse zones than before. */
  boolean allows(SlotAssignment assignment, NodeId to) {
    if (zones.isEmpty()) {
      return true;
    }
    List<NodeId> before = Draft.holders(assignment);
    int clashes = clashes(before);
    for (NodeId leaving : before) {
      List<NodeId> after = new ArrayList<>(before);
      after.remove(leaving);
      after.add(to);
      if (clashes(after) <= clashes) {
        return true;
      }
    }
    return false;
  }
}
