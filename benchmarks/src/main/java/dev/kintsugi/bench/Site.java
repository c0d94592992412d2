package dev.kintsugi.bench;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.ShardMapCodec;
import dev.kintsugi.log.Topics;
import dev.kintsugi.node.adapter.kafka.KafkaNodeLog;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import dev.kintsugi.node.domain.SlotEntry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The topics as a deployment of one node leaves them when it is killed. Not thread-safe. */
final class Site implements AutoCloseable {

  static final NodeId NODE = new NodeId("node-1");

  private static final int AT_ONCE = 4_000;
  private static final Epoch LEADER = new Epoch(1, 1);
  private static final Incarnation COORDINATOR = new Incarnation(77);

  private final LogWriter writer;
  private final Topics topics;
  private final Areas areas = Data.areas();
  private final Semaphore places = new Semaphore(AT_ONCE);

  Site(String bootstrapServers) throws InterruptedException {
    LogSettings settings = new LogSettings(bootstrapServers, "kintsugi.", (short) 1);
    topics = new Topics(settings);
    topics.ensure(Data.areas(), Duration.ofSeconds(30));
    try (Admin admin = Admin.create(settings.clientSettings())) {
      admin.createTopics(List.of(new NewTopic(Echo.TOPIC, Echo.PARTITIONS, (short) 1))).all().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("no topic " + Echo.TOPIC, e);
    }
    writer = new LogWriter(settings, "site", Duration.ofSeconds(60));
  }

  /** One node that owns every slot. */
  void writeMap(int port) {
    MapNode node =
        new MapNode(
            NODE,
            URI.create("http://127.0.0.1:" + port),
            new Incarnation(1),
            MapNode.State.UP,
            Optional.empty());
    Map<Area, List<SlotAssignment>> tables = new TreeMap<>();
    for (AreaPolicy policy : Data.areas().all()) {
      tables.put(
          policy.area(),
          java.util.Collections.nCopies(
              policy.slots(), SlotAssignment.ownedBy(NODE, List.of(), 1)));
    }
    append(new ShardMapLog.Entry.Leadership(LEADER, COORDINATOR, "bench", "http://127.0.0.1:1"));
    append(
        new ShardMapLog.Entry.Table(
            LEADER, COORDINATOR, ShardMap.of(MapVersion.NONE, List.of(node), tables)));
  }

  private void append(ShardMapLog.Entry entry) {
    writer
        .append(
            new LogPartition(topics.shardMap(), 0),
            ShardMapCodec.key(entry),
            Map.of(),
            Optional.of(ShardMapCodec.encode(entry, "bench")))
        .join();
  }

  /**
   * What compaction has left of the sessions (one record for each shard), and a tail of rewrites.
   */
  void fill(long sessions, long tail) throws InterruptedException {
    Instant longAgo = Instant.now().minus(Duration.ofMinutes(15));
    for (AreaPolicy policy : Data.areas().all()) {
      for (int slot = 0; slot < policy.slots(); slot++) {
        SlotId id = new SlotId(policy.area(), slot);
        append(
            id,
            new SlotEntry.Owned(
                Data.EPOCH,
                Data.WRITER,
                NODE,
                Duration.ofMillis(200),
                KafkaNodeLog.leasePartition(NODE)));
        append(id, new SlotEntry.Settled(Data.EPOCH, Data.WRITER));
      }
    }
    for (long session = 0; session < sessions; session++) {
      append(session, Area.SESSION, 1, longAgo);
      for (Area area : Data.CONTENT) {
        append(session, area, 1, longAgo);
      }
    }
    for (long record = 0; record < tail; record++) {
      Area area = Data.CONTENT.get((int) (record % Data.CONTENT.size()));
      long session = Math.floorMod(record * 7_919, sessions);
      append(session, area, 2 + record / sessions, Instant.now());
    }
    if (!places.tryAcquire(AT_ONCE, 60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("Kafka did not take the records");
    }
    places.release(AT_ONCE);
  }

  private void append(long session, Area area, long version, Instant at)
      throws InterruptedException {
    SlotEntry.Written written = Data.written(session, area, version, at);
    append(areas.slotOf(area, written.session()), written);
  }

  private void append(SlotId slot, SlotEntry.Signed entry) throws InterruptedException {
    if (!places.tryAcquire(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("Kafka did not take the records");
    }
    SlotCodec.Wire wire = SlotCodec.encode(entry);
    var _ =
        writer
            .append(
                new LogPartition(topics.area(slot.area()), slot.number()),
                wire.key(),
                wire.headers(),
                wire.value())
            .whenComplete((_, failure) -> {
              if (failure == null) {
                places.release();
              }
            });
  }

  @Override
  public void close() {
    writer.close();
  }
}
