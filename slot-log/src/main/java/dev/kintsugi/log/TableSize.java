package dev.kintsugi.log;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.core.SlotAssignment;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How large the table of a deployment is at least: every slot has all its copies, on as few nodes
 * as can hold them, with names like {@code node-10}. Stateless.
 */
final class TableSize {

  /** Of two bytes, as a slot gets it that has moved a hundred times. */
  private static final long GRANT = 1_000;

  private TableSize() {}

  /**
   * Returns if the table goes into the one record that it has to go into.
   *
   * @throws IllegalStateException if not; says what to do about it
   */
  static void check(Areas areas) {
    int bytes = bytes(areas);
    if (bytes > LogWriter.LARGEST_VALUE) {
      int slots = areas.all().stream().mapToInt(AreaPolicy::slots).sum();
      throw new IllegalStateException(
          "the areas have %d slots in all, which makes a shard map of at least %d bytes; it must fit one record of %d bytes: set kintsugi.cluster.areas.*.slots to fewer in all (about %d with these copies), see docs/scale.md"
              .formatted(
                  slots,
                  bytes,
                  LogWriter.LARGEST_VALUE,
                  (long) slots * LogWriter.LARGEST_VALUE / bytes / 1_000 * 1_000));
    }
  }

  static int bytes(Areas areas) {
    int most = areas.all().stream().mapToInt(AreaPolicy::copies).max().orElse(0);
    List<MapNode> nodes = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      nodes.add(node(new NodeId("node-" + (10 + i))));
    }
    List<NodeId> ids = nodes.stream().map(MapNode::id).toList();
    Map<Area, List<SlotAssignment>> tables = new HashMap<>();
    for (AreaPolicy policy : areas.all()) {
      SlotAssignment slot =
          SlotAssignment.ownedBy(ids.getFirst(), ids.subList(1, policy.copies()), GRANT);
      tables.put(policy.area(), java.util.Collections.nCopies(policy.slots(), slot));
    }
    ShardMap map = ShardMap.of(MapVersion.NONE, nodes, tables);
    Entry table = new Entry.Table(new Epoch(1, 1), new Incarnation(1), map);
    return ShardMapCodec.encode(table, "coordinator-1").length;
  }

  private static MapNode node(NodeId id) {
    return new MapNode(
        id,
        URI.create("http://" + id + ":8080"),
        new Incarnation(1),
        MapNode.State.UP,
        Optional.empty());
  }
}
