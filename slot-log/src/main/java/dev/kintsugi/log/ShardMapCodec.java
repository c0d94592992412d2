package dev.kintsugi.log;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.proto.AreaTable;
import dev.kintsugi.proto.LeaderBeat;
import dev.kintsugi.proto.Leadership;
import dev.kintsugi.proto.ShardMapRecord;
import dev.kintsugi.proto.ShardMapTable;
import dev.kintsugi.proto.SlotEntry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Records of the topic shard-map to bytes and back. Stateless. */
public final class ShardMapCodec {

  private ShardMapCodec() {}

  /** The key of an entry: of its own for leadership, shared by all beats, and by all tables. */
  public static byte[] key(Entry entry) {
    String key =
        switch (entry) {
          case Entry.Leadership taking -> "leader/" + taking.epoch() + "/" + taking.incarnation();
          case Entry.Beat beat -> "beat";
          case Entry.Table table -> "map";
        };
    return key.getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] encode(Entry entry, String coordinator) {
    ShardMapRecord.Builder record =
        ShardMapRecord.newBuilder()
            .setEpoch(epoch(entry.epoch()))
            .setCoordinator(coordinator)
            .setIncarnation(entry.incarnation().value());
    switch (entry) {
      case Entry.Leadership taking ->
          record.setLeadership(Leadership.newBuilder().setUrl(taking.url()));
      case Entry.Beat beat -> record.setBeat(LeaderBeat.getDefaultInstance());
      case Entry.Table table -> record.setTable(table(table.map()));
    }
    return record.build().toByteArray();
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if the bytes are not a sound record
   */
  public static Entry decode(byte[] bytes) {
    ShardMapRecord record;
    try {
      record = ShardMapRecord.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a record of the shard map", e);
    }
    Epoch epoch = new Epoch(record.getEpoch().getGrant(), record.getEpoch().getAttempt());
    Incarnation incarnation = new Incarnation(record.getIncarnation());
    return switch (record.getKindCase()) {
      case LEADERSHIP ->
          new Entry.Leadership(
              epoch, incarnation, record.getCoordinator(), record.getLeadership().getUrl());
      case BEAT -> new Entry.Beat(epoch, incarnation);
      case TABLE -> new Entry.Table(epoch, incarnation, map(record.getTable()));
      case KIND_NOT_SET -> throw new IllegalArgumentException("a record of no known kind");
    };
  }

  private static dev.kintsugi.proto.Epoch epoch(Epoch epoch) {
    return dev.kintsugi.proto.Epoch.newBuilder()
        .setGrant(epoch.grant())
        .setAttempt(epoch.attempt())
        .build();
  }

  private static ShardMapTable table(ShardMap map) {
    ShardMapTable.Builder table = ShardMapTable.newBuilder();
    map.nodes().forEach(node -> table.addNodes(node(node)));
    for (Area area : map.areas()) {
      AreaTable.Builder slots = AreaTable.newBuilder().setArea(area.value());
      map.slots(area).forEach(slot -> slots.addSlots(slot(slot)));
      table.addAreas(slots);
    }
    return table.build();
  }

  private static dev.kintsugi.proto.MapNode node(MapNode node) {
    return dev.kintsugi.proto.MapNode.newBuilder()
        .setId(node.id().value())
        .setUrl(node.url().toString())
        .setIncarnation(node.incarnation().value())
        .setState(
            switch (node.state()) {
              case UP -> dev.kintsugi.proto.MapNode.State.UP;
              case SUSPECT -> dev.kintsugi.proto.MapNode.State.SUSPECT;
              case DEAD -> dev.kintsugi.proto.MapNode.State.DEAD;
              case DRAINING -> dev.kintsugi.proto.MapNode.State.DRAINING;
            })
        .setZone(node.zone().orElse(""))
        .build();
  }

  private static SlotEntry slot(SlotAssignment slot) {
    return SlotEntry.newBuilder()
        .setOwner(slot.owner().map(NodeId::value).orElse(""))
        .addAllStandbys(slot.standbys().stream().map(NodeId::value).toList())
        .setGrant(slot.grant())
        .setReleasing(slot.releasing().map(NodeId::value).orElse(""))
        .build();
  }

  private static ShardMap map(ShardMapTable table) {
    TreeMap<Area, List<SlotAssignment>> areas = new TreeMap<>();
    for (AreaTable area : table.getAreasList()) {
      areas.put(
          Area.shared(area.getArea()),
          area.getSlotsList().stream().map(ShardMapCodec::slot).toList());
    }
    List<MapNode> nodes = table.getNodesList().stream().map(ShardMapCodec::node).toList();
    return ShardMap.of(MapVersion.NONE, nodes, areas);
  }

  private static MapNode node(dev.kintsugi.proto.MapNode node) {
    MapNode.State state =
        switch (node.getState()) {
          case UP -> MapNode.State.UP;
          case SUSPECT -> MapNode.State.SUSPECT;
          case DEAD -> MapNode.State.DEAD;
          case DRAINING -> MapNode.State.DRAINING;
          case STATE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("node " + node.getId() + " has no known state");
        };
    return new MapNode(
        new NodeId(node.getId()),
        URI.create(node.getUrl()),
        new Incarnation(node.getIncarnation()),
        state,
        node.getZone().isEmpty() ? Optional.empty() : Optional.of(node.getZone()));
  }

  private static SlotAssignment slot(SlotEntry slot) {
    return new SlotAssignment(
        nodeId(slot.getOwner()),
        slot.getStandbysList().stream().map(NodeId::new).toList(),
        slot.getGrant(),
        nodeId(slot.getReleasing()));
  }

  private static Optional<NodeId> nodeId(String value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(new NodeId(value));
  }
}
