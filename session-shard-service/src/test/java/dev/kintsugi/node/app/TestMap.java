package dev.kintsugi.node.app;

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
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.ShardMapCodec;
import dev.kintsugi.log.Topics;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes shard maps as a leading coordinator would. */
final class TestMap implements AutoCloseable {

  private static final Epoch EPOCH = new Epoch(1, 1);
  private static final Incarnation SELF = new Incarnation(77);

  private final LogWriter writer;
  private final LogPartition partition;
  private final Areas areas;
  private long grant;

  TestMap(LogSettings settings, Areas areas) {
    Topics topics = new Topics(settings);
    topics.ensure(areas, Duration.ofSeconds(20));
    this.areas = areas;
    this.writer = new LogWriter(settings, "test-map", Duration.ofSeconds(10));
    this.partition = new LogPartition(topics.shardMap(), 0);
    append(new Entry.Leadership(EPOCH, SELF, "test", "http://127.0.0.1:1"));
  }

  /** Spreads all slots over the nodes in order; each node's successor stands by. */
  void spread(List<MapNode> all, List<NodeId> serving) {
    grant++;
    Map<Area, List<SlotAssignment>> tables = new TreeMap<>();
    int next = 0;
    for (AreaPolicy policy : areas.all()) {
      List<SlotAssignment> slots = new ArrayList<>();
      for (int slot = 0; slot < policy.slots(); slot++) {
        NodeId owner = serving.get(next % serving.size());
        NodeId standby = serving.get((next + 1) % serving.size());
        slots.add(
            SlotAssignment.ownedBy(
                owner, owner.equals(standby) ? List.of() : List.of(standby), grant));
        next++;
      }
      tables.put(policy.area(), slots);
    }
    append(new Entry.Table(EPOCH, SELF, ShardMap.of(MapVersion.NONE, all, tables)));
  }

  static MapNode node(String id, int port) {
    return new MapNode(
        new NodeId(id),
        URI.create("http://127.0.0.1:" + port),
        new Incarnation(port),
        MapNode.State.UP,
        Optional.empty());
  }

  private void append(Entry entry) {
    writer
        .append(
            partition,
            ShardMapCodec.key(entry),
            Map.of(),
            Optional.of(ShardMapCodec.encode(entry, "test")))
        .join();
  }

  @Override
  public void close() {
    writer.close();
  }
}
