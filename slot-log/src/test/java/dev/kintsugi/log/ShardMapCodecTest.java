package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.proto.ShardMapRecord;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardMapCodecTest {

  private static final NodeId A = new NodeId("node-1");
  private static final NodeId B = new NodeId("node-2");
  private static final Incarnation LEADER = new Incarnation(4);

  private static Entry.Table table() {
    List<MapNode> nodes =
        List.of(
            new MapNode(
                A,
                URI.create("http://127.0.0.1:1"),
                new Incarnation(1),
                MapNode.State.UP,
                Optional.of("z1")),
            new MapNode(
                B,
                URI.create("http://127.0.0.1:2"),
                new Incarnation(-2),
                MapNode.State.DRAINING,
                Optional.empty()));
    List<SlotAssignment> slots =
        List.of(
            SlotAssignment.ownedBy(A, List.of(B), 3),
            new SlotAssignment(Optional.of(B), List.of(), 4, Optional.of(A)),
            new SlotAssignment(Optional.empty(), List.of(), 0, Optional.empty()));
    return new Entry.Table(
        new Epoch(2, 1), LEADER, ShardMap.of(MapVersion.NONE, nodes, Map.of(Area.SESSION, slots)));
  }

  @Test
  void each_kind_of_record_survives_its_bytes() {
    List<Entry> entries =
        List.of(
            table(),
            new Entry.Beat(new Epoch(2, 1), LEADER),
            new Entry.Leadership(new Epoch(2, 1), LEADER, "c1", "http://127.0.0.1:9"));
    for (Entry entry : entries) {
      assertThat(ShardMapCodec.decode(ShardMapCodec.encode(entry, "c1"))).isEqualTo(entry);
    }
  }

  @Test
  void leadership_has_a_key_of_its_own_so_that_compaction_keeps_it() {
    byte[] first =
        ShardMapCodec.key(new Entry.Leadership(new Epoch(1, 1), LEADER, "c1", "http://a"));
    byte[] second =
        ShardMapCodec.key(new Entry.Leadership(new Epoch(2, 1), LEADER, "c1", "http://a"));
    assertThat(first).isNotEqualTo(second);
  }

  @Test
  void a_slot_that_names_an_unknown_node_is_refused() {
    ShardMapRecord record = ShardMapRecord.getDefaultInstance();
    byte[] bytes =
        record.toBuilder()
            .setIncarnation(1)
            .setTable(
                dev.kintsugi.proto.ShardMapTable.newBuilder()
                    .addAreas(
                        dev.kintsugi.proto.AreaTable.newBuilder()
                            .setArea("session")
                            .addSlots(
                                dev.kintsugi.proto.SlotEntry.newBuilder()
                                    .setOwner("ghost")
                                    .setGrant(1))))
            .build()
            .toByteArray();
    assertThatThrownBy(() -> ShardMapCodec.decode(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ghost");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void hostile_bytes_are_refused_with_one_kind_of_error(long seed) {
    Random random = new Random(seed);
    byte[] sound = ShardMapCodec.encode(table(), "c1");
    for (int i = 0; i < 20_000; i++) {
      byte[] hurt = sound.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        hurt[random.nextInt(hurt.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        assertThat(ShardMapCodec.decode(hurt)).isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
