package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A table being worked on, with its counts kept up to date. Holders of a slot are its owner and its
 * standbys. Not thread-safe.
 */
final class Draft {

  private record Pair(NodeId owner, NodeId standby) {}

  private final NavigableMap<SlotId, SlotAssignment> slots = new TreeMap<>();
  private final Map<NodeId, Integer> owned = new HashMap<>();
  private final Map<NodeId, Integer> copies = new HashMap<>();
  private final Map<Pair, Integer> pairs = new HashMap<>();

  Draft() {}

  Draft(Draft other) {
    other.slots.forEach(this::put);
  }

  Collection<SlotId> slots() {
    return List.copyOf(slots.keySet());
  }

  SlotAssignment get(SlotId slot) {
    SlotAssignment assignment = slots.get(slot);
    if (assignment == null) {
      throw new IllegalArgumentException("no such slot in the table: " + slot);
    }
    return assignment;
  }

  void put(SlotId slot, SlotAssignment assignment) {
    SlotAssignment before = slots.put(slot, assignment);
    if (before != null) {
      count(before, -1);
    }
    count(assignment, 1);
  }

  private void count(SlotAssignment assignment, int by) {
    assignment.owner().ifPresent(owner -> owned.merge(owner, by, Integer::sum));
    holders(assignment).forEach(holder -> copies.merge(holder, by, Integer::sum));
    assignment
        .owner()
        .ifPresent(owner ->
            assignment
                .standbys()
                .forEach(standby -> pairs.merge(new Pair(owner, standby), by, Integer::sum)));
  }

  static List<NodeId> holders(SlotAssignment assignment) {
    List<NodeId> holders = new ArrayList<>();
    assignment.owner().ifPresent(holders::add);
    holders.addAll(assignment.standbys());
    return holders;
  }

  int owned(NodeId node) {
    return owned.getOrDefault(node, 0);
  }

  int copies(NodeId node) {
    return copies.getOrDefault(node, 0);
  }

  /** How many slots of {@code owner} have {@code standby} as a standby. */
  int pairs(NodeId owner, NodeId standby) {
    return pairs.getOrDefault(new Pair(owner, standby), 0);
  }

  ShardMap toMap(Collection<MapNode> nodes) {
    SortedMap<Area, List<SlotAssignment>> areas = new TreeMap<>();
    slots.forEach((slot, assignment) ->
        areas.computeIfAbsent(slot.area(), _ -> new ArrayList<>()).add(assignment));
    return ShardMap.of(MapVersion.NONE, nodes, areas);
  }
}
