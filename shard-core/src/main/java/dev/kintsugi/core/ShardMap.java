package dev.kintsugi.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** For each slot its owner, standbys and grant, under one version. Immutable. */
public final class ShardMap {

  public static final ShardMap EMPTY =
      new ShardMap(MapVersion.NONE, new TreeMap<>(), new LinkedHashMap<>());

  private final MapVersion version;
  private final SortedMap<NodeId, MapNode> nodes;

  /** Sorted. */
  private final Map<Area, List<SlotAssignment>> areas;

  /** The same for the look-up of one slot, which every request makes. */
  private final ByArea<SlotAssignment[]> tables;

  private ShardMap(
      MapVersion version, SortedMap<NodeId, MapNode> nodes, Map<Area, List<SlotAssignment>> areas) {
    this.version = version;
    this.nodes = nodes;
    this.areas = areas;
    Map<Area, SlotAssignment[]> arrays = new HashMap<>();
    areas.forEach((area, slots) -> arrays.put(area, slots.toArray(SlotAssignment[]::new)));
    this.tables = new ByArea<>(arrays);
  }

  /**
   * A map from its parts.
   *
   * @param areas for each area one assignment per slot, in the order of the slots
   * @throws IllegalArgumentException if a slot names a node that is not among {@code nodes}
   */
  public static ShardMap of(
      MapVersion version, Collection<MapNode> nodes, Map<Area, List<SlotAssignment>> areas) {
    SortedMap<NodeId, MapNode> byId = new TreeMap<>();
    nodes.forEach(node -> byId.put(node.id(), node));
    Map<Area, List<SlotAssignment>> tables = new LinkedHashMap<>();
    new TreeMap<>(areas).forEach((area, slots) -> tables.put(area, List.copyOf(slots)));
    tables.forEach((area, slots) -> slots.forEach(slot -> checkNames(area, slot, byId)));
    return new ShardMap(version, byId, tables);
  }

  private static void checkNames(Area area, SlotAssignment slot, Map<NodeId, MapNode> nodes) {
    List<NodeId> named = new ArrayList<>(slot.standbys());
    slot.owner().ifPresent(named::add);
    slot.releasing().ifPresent(named::add);
    for (NodeId node : named) {
      if (!nodes.containsKey(node)) {
        throw new IllegalArgumentException("a slot of " + area + " names an unknown node: " + node);
      }
    }
  }

  public MapVersion version() {
    return version;
  }

  public ShardMap at(MapVersion other) {
    return new ShardMap(other, nodes, areas);
  }

  /** All nodes, sorted by id. */
  public List<MapNode> nodes() {
    return List.copyOf(nodes.values());
  }

  public Optional<MapNode> node(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /** The areas of the map, sorted. */
  public List<Area> areas() {
    return List.copyOf(areas.keySet());
  }

  /** The assignments of an area in the order of its slots; empty for an unknown area. */
  public List<SlotAssignment> slots(Area area) {
    return areas.getOrDefault(area, List.of());
  }

  /** The assignment of a slot; empty where the map does not (yet) know the slot. Constant time. */
  public Optional<SlotAssignment> find(SlotId slot) {
    SlotAssignment[] table = tables.find(slot.area());
    return table != null && slot.number() < table.length
        ? Optional.of(table[slot.number()])
        : Optional.empty();
  }

  /** The owner of a slot with its address; empty where nobody owns it. */
  public Optional<MapNode> owner(SlotId slot) {
    return find(slot).flatMap(SlotAssignment::owner).flatMap(this::node);
  }

  public void forEachSlot(BiConsumer<SlotId, SlotAssignment> action) {
    areas.forEach((area, slots) -> {
      for (int number = 0; number < slots.size(); number++) {
        action.accept(new SlotId(area, number), slots.get(number));
      }
    });
  }

  /** Whether two maps say the same about nodes and slots, whatever their versions. */
  public boolean sameContent(ShardMap other) {
    return nodes.equals(other.nodes) && areas.equals(other.areas);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShardMap that && version.equals(that.version) && sameContent(that);
  }

  @Override
  public int hashCode() {
    return version.hashCode();
  }

  @Override
  public String toString() {
    return "ShardMap[" + version + ", nodes=" + nodes.keySet() + ", areas=" + areas.keySet() + ']';
  }
}
