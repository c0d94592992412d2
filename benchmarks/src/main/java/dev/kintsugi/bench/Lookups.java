package dev.kintsugi.bench;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotHash;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From a session's id, which carries the hash, to who owns its slot. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Lookups {

  private static final int IDS = 1_024;

  private final Areas areas = Data.areas();
  private final Area area = Data.CONTENT.getFirst();
  private final SlotHash hash = SlotHash.ofHexKey(Data.HASH_KEY);
  private final SessionId[] ids = new SessionId[IDS];
  private final ShardMap map;
  private int next;

  /** A map of three nodes. */
  public Lookups() {
    List<MapNode> nodes = new ArrayList<>();
    for (int node = 1; node <= 3; node++) {
      nodes.add(
          new MapNode(
              new NodeId("node-" + node),
              URI.create("http://127.0.0.1:" + node),
              new Incarnation(node),
              MapNode.State.UP,
              Optional.empty()));
    }
    Map<Area, List<SlotAssignment>> tables = new TreeMap<>();
    areas
        .all()
        .forEach(policy -> {
          List<SlotAssignment> slots = new ArrayList<>();
          for (int slot = 0; slot < policy.slots(); slot++) {
            slots.add(SlotAssignment.ownedBy(nodes.get(slot % 3).id(), List.of(), 1));
          }
          tables.put(policy.area(), slots);
        });
    map = ShardMap.of(MapVersion.NONE, nodes, tables);
    for (int id = 0; id < IDS; id++) {
      ids[id] = Data.session(id);
    }
  }

  /** The owner of a slot; the hash is in the id. */
  @Benchmark
  public NodeId owner() {
    SessionId id = ids[next++ & (IDS - 1)];
    return map.find(areas.slotOf(area, id)).flatMap(SlotAssignment::owner).orElseThrow();
  }

  /** The hash, for comparison. */
  @Benchmark
  public long hash() {
    return hash.of(Data.APPLICATION, Data.user(next++ & (IDS - 1))).hash();
  }
}
