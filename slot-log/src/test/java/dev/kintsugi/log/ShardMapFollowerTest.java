package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ShardMapFollowerTest {

  private static final LogSettings SETTINGS = new LogSettings("127.0.0.1:1", "test", (short) 1);
  private static final LogPartition TOPIC = new LogPartition(new Topics(SETTINGS).shardMap(), 0);
  private static final Epoch EPOCH = new Epoch(1, 1);
  private static final Incarnation LEADER = new Incarnation(9);
  private static final Incarnation SUCCESSOR = new Incarnation(10);

  private final MemoryLog log = new MemoryLog();
  private final BlockingQueue<MapVersion> told = new LinkedBlockingQueue<>();
  private ShardMapFollower follower;

  @BeforeEach
  void start() {
    log.make(TOPIC);
    log.append(TOPIC, leadership(EPOCH, LEADER), table("node-1"));
    follower = new ShardMapFollower(SETTINGS, tail -> new LogReader(log, "test", tail));
    follower.onChange(map -> told.add(map.version()));
  }

  @AfterEach
  void stop() {
    follower.close();
  }

  private static byte[] leadership(Epoch epoch, Incarnation leader) {
    return ShardMapCodec.encode(
        new Entry.Leadership(epoch, leader, "c1", "http://127.0.0.1:9"), "c1");
  }

  private static byte[] table(String owner) {
    return table(owner, EPOCH, LEADER);
  }

  private static byte[] table(String owner, Epoch epoch, Incarnation leader) {
    NodeId node = new NodeId(owner);
    MapNode up =
        new MapNode(
            node,
            URI.create("http://127.0.0.1:1"),
            new Incarnation(1),
            MapNode.State.UP,
            Optional.empty());
    List<SlotAssignment> slots = List.of(SlotAssignment.ownedBy(node, List.of(), 1));
    return ShardMapCodec.encode(
        new Entry.Table(
            epoch, leader, ShardMap.of(MapVersion.NONE, List.of(up), Map.of(Area.SESSION, slots))),
        "c1");
  }

  private ShardMap newerThan(long offset) throws Exception {
    return newerThan(offset == 0 ? MapVersion.NONE : new MapVersion(EPOCH, offset));
  }

  private ShardMap newerThan(MapVersion seen) throws Exception {
    return follower.newerThan(seen).get(5, TimeUnit.SECONDS);
  }

  @Test
  void a_lost_position_is_read_anew_without_going_back_to_an_older_map() throws Exception {
    assertThat(newerThan(0).version()).isEqualTo(new MapVersion(EPOCH, 1));
    log.append(TOPIC, table("node-2"));
    assertThat(newerThan(1).version()).isEqualTo(new MapVersion(EPOCH, 2));

    for (long lastSeen = 2; lastSeen < 5; lastSeen++) {
      log.losePosition(TOPIC);
      log.append(TOPIC, table("node-1"));
      ShardMap next = newerThan(lastSeen);
      assertThat(next.version()).isEqualTo(new MapVersion(EPOCH, lastSeen + 1));
      assertThat(follower.current()).isEqualTo(next);
    }
    assertNewestComesLast(
        new MapVersion(EPOCH, 5), new MapVersion(EPOCH, 3), new MapVersion(EPOCH, 4));
    assertThat(follower.malformedRecords()).isZero();
  }

  @Test
  void a_log_that_lost_its_tail_is_followed_again_from_the_first_newer_map_on() throws Exception {
    log.append(TOPIC, table("node-2"), table("node-1"), table("node-2"));
    MapVersion lost = newerThan(3).version();
    assertThat(lost).isEqualTo(new MapVersion(EPOCH, 4));

    log.cut(TOPIC, 2);
    Epoch next = new Epoch(2, 1);
    log.append(TOPIC, leadership(next, SUCCESSOR), table("node-3", next, SUCCESSOR));
    ShardMap followed = newerThan(lost);
    assertThat(followed.version()).isEqualTo(new MapVersion(next, 3));
    assertThat(followed.node(new NodeId("node-3"))).isPresent();
    assertNewestComesLast(followed.version());
  }

  @Test
  void a_log_made_anew_with_lower_epochs_is_followed_once_its_epochs_pass_the_old_ones()
      throws Exception {
    Epoch high = new Epoch(7, 3);
    log.append(
        TOPIC, leadership(high, SUCCESSOR), table("node-2", high, SUCCESSOR), table("node-1"));
    MapVersion old = newerThan(1).version();
    assertThat(old).isEqualTo(new MapVersion(high, 3));

    log.cut(TOPIC, 0);
    log.append(TOPIC, leadership(EPOCH, LEADER), table("node-4"));
    Epoch above = new Epoch(8, 1);
    log.append(TOPIC, leadership(above, LEADER), table("node-4", above, LEADER));
    assertThat(newerThan(old).version()).isEqualTo(new MapVersion(above, 3));
    assertNewestComesLast(new MapVersion(above, 3));
  }

  private void assertNewestComesLast(MapVersion last, MapVersion... before)
      throws InterruptedException {
    List<MapVersion> inOrder = new ArrayList<>();
    while (!inOrder.contains(last)) {
      inOrder.add(told.poll(5, TimeUnit.SECONDS));
    }
    assertThat(inOrder).isSorted().doesNotHaveDuplicates().containsAll(List.of(before));
    assertThat(told).isEmpty();
  }

  @Test
  void a_listener_that_fails_keeps_no_map_from_the_others() throws Exception {
    BlockingQueue<MapVersion> later = new LinkedBlockingQueue<>();
    follower.onChange(map -> {
      throw new IllegalStateException("a bug of a listener");
    });
    follower.onChange(map -> later.add(map.version()));
    newerThan(0);
    log.append(TOPIC, table("node-2"));
    assertThat(newerThan(1).version()).isEqualTo(new MapVersion(EPOCH, 2));
    MapVersion heard = later.poll(5, TimeUnit.SECONDS);
    while (heard != null && heard.offset() < 2) {
      heard = later.poll(5, TimeUnit.SECONDS);
    }
    assertThat(heard).isEqualTo(new MapVersion(EPOCH, 2));
  }
}
