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
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A table being worked on, with its counts kept up to date. Holders of a slot are its owner and its
 * standbys. Reading and changing a slot takes constant time; what each node owns and stands by for
 * is gathered when it is first asked for, in O(slots). Not thread-safe.
 */
final class Draft {

  /** What a node has. */
  private static final class Stock {
    int owned;
    int copies;
    double load;

    Stock() {}

    Stock(Stock other) {
      owned = other.owned;
      copies = other.copies;
      load = other.load;
    }
  }

  /** Which slots a node has, and whose it stands by for. */
  private static final class Shelf {
    final Set<SlotId> owns = new LinkedHashSet<>();
    final Set<SlotId> standsBy = new LinkedHashSet<>();

    /** How many of the slots that it owns each node stands by for. */
    final Map<NodeId, Integer> seconds = new HashMap<>();
  }

  private final Weights weights;
  private final List<SlotId> slots;
  private final List<SlotAssignment> table;
  private final Map<SlotId, Integer> places;
  private final Map<NodeId, Stock> stocks = new HashMap<>();
  private @Nullable Map<NodeId, Shelf> shelves;

  /** An empty table; slots are to be put in their order. */
  Draft(Weights weights) {
    this.weights = weights;
    slots = new ArrayList<>();
    table = new ArrayList<>();
    places = new HashMap<>();
  }

  /** A copy with the same slots, of which none may be added to either from now on. */
  Draft(Draft other) {
    weights = other.weights;
    slots = other.slots;
    table = new ArrayList<>(other.table);
    places = other.places;
    other.stocks.forEach((node, stock) -> stocks.put(node, new Stock(stock)));
  }

  /** All slots, sorted. */
  List<SlotId> slots() {
    return Collections.unmodifiableList(slots);
  }

  Weights weights() {
    return weights;
  }

  SlotAssignment get(SlotId slot) {
    Integer place = places.get(slot);
    if (place == null) {
      throw new IllegalArgumentException("no such slot in the table: " + slot);
    }
    return table.get(place);
  }

  void put(SlotId slot, SlotAssignment assignment) {
    Integer place = places.get(slot);
    if (place == null) {
      places.put(slot, slots.size());
      slots.add(slot);
      table.add(assignment);
    } else {
      SlotAssignment before = table.set(place, assignment);
      if (before.equals(assignment)) {
        return;
      }
      count(slot, before, -1);
    }
    count(slot, assignment, 1);
  }

  private void count(SlotId slot, SlotAssignment assignment, int by) {
    if (assignment.owner().isPresent()) {
      Stock stock = stock(assignment.owner().get());
      stock.owned += by;
      stock.copies += by;
      stock.load = stock.owned == 0 ? 0 : stock.load + by * weights.of(slot);
    }
    for (NodeId standby : assignment.standbys()) {
      stock(standby).copies += by;
    }
    if (shelves != null) {
      shelve(shelves, slot, assignment, by);
    }
  }

  private Stock stock(NodeId node) {
    return stocks.computeIfAbsent(node, _ -> new Stock());
  }

  private static void shelve(
      Map<NodeId, Shelf> shelves, SlotId slot, SlotAssignment assignment, int by) {
    if (assignment.owner().isPresent()) {
      Shelf shelf = shelves.computeIfAbsent(assignment.owner().get(), _ -> new Shelf());
      note(shelf.owns, slot, by);
      assignment.standbys().forEach(standby -> shelf.seconds.merge(standby, by, Integer::sum));
    }
    for (NodeId standby : assignment.standbys()) {
      note(shelves.computeIfAbsent(standby, _ -> new Shelf()).standsBy, slot, by);
    }
  }

  private static void note(Set<SlotId> slots, SlotId slot, int by) {
    if (by > 0) {
      slots.add(slot);
    } else {
      slots.remove(slot);
    }
  }

  private Shelf shelf(NodeId node) {
    Map<NodeId, Shelf> known = shelves;
    if (known == null) {
      known = new HashMap<>();
      for (int place = 0; place < slots.size(); place++) {
        shelve(known, slots.get(place), table.get(place), 1);
      }
      shelves = known;
    }
    return known.computeIfAbsent(node, _ -> new Shelf());
  }

  static List<NodeId> holders(SlotAssignment assignment) {
    List<NodeId> holders = new ArrayList<>();
    assignment.owner().ifPresent(holders::add);
    holders.addAll(assignment.standbys());
    return holders;
  }

  int owned(NodeId node) {
    Stock stock = stocks.get(node);
    return stock == null ? 0 : stock.owned;
  }

  /** What the slots weigh together that the node owns. */
  double load(NodeId node) {
    Stock stock = stocks.get(node);
    return stock == null ? 0 : stock.load;
  }

  int copies(NodeId node) {
    Stock stock = stocks.get(node);
    return stock == null ? 0 : stock.copies;
  }

  /** The slots that the node owns, in no particular order; a view that changes with the table. */
  Set<SlotId> owns(NodeId node) {
    return Collections.unmodifiableSet(shelf(node).owns);
  }

  /** The slots that the node stands by for, in no particular order; a view as well. */
  Set<SlotId> standsBy(NodeId node) {
    return Collections.unmodifiableSet(shelf(node).standsBy);
  }

  /** How many slots of {@code owner} have {@code standby} as a standby. */
  int pairs(NodeId owner, NodeId standby) {
    return shelf(owner).seconds.getOrDefault(standby, 0);
  }

  ShardMap toMap(Collection<MapNode> nodes) {
    SortedMap<Area, List<SlotAssignment>> areas = new TreeMap<>();
    @Nullable Area last = null;
    List<SlotAssignment> line = List.of();
    for (int place = 0; place < slots.size(); place++) {
      Area area = slots.get(place).area();
      if (!area.equals(last)) {
        line = areas.computeIfAbsent(area, _ -> new ArrayList<>());
        last = area;
      }
      line.add(table.get(place));
    }
    return ShardMap.of(MapVersion.NONE, nodes, areas);
  }
}
