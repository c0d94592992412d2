package dev.kintsugi.node.adapter.proto;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.proto.LeaseFence;
import dev.kintsugi.proto.LeaseHeartbeat;
import dev.kintsugi.proto.LeaseRecord;

/** Records of the lease log to bytes and back. Stateless. */
public final class LeaseCodec {

  /** A record of the lease log, decoded. */
  public sealed interface Entry {
    record Beat(Incarnation incarnation, long sequence) implements Entry {}

    record Fence(Incarnation of) implements Entry {}
  }

  private LeaseCodec() {}

  public static byte[] beat(NodeId node, Incarnation incarnation, long sequence) {
    return LeaseRecord.newBuilder()
        .setHeartbeat(
            LeaseHeartbeat.newBuilder()
                .setNode(node.value())
                .setIncarnation(incarnation.value())
                .setSequence(sequence))
        .build()
        .toByteArray();
  }

  public static byte[] fence(NodeId node, Incarnation of, NodeId by, Incarnation byIncarnation) {
    return LeaseRecord.newBuilder()
        .setFence(
            LeaseFence.newBuilder()
                .setNode(node.value())
                .setIncarnation(of.value())
                .setByNode(by.value())
                .setByIncarnation(byIncarnation.value()))
        .build()
        .toByteArray();
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if the bytes are not a sound record
   */
  public static Entry decode(byte[] bytes) {
    LeaseRecord record;
    try {
      record = LeaseRecord.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a lease record", e);
    }
    return switch (record.getKindCase()) {
      case HEARTBEAT ->
          new Entry.Beat(
              new Incarnation(record.getHeartbeat().getIncarnation()),
              record.getHeartbeat().getSequence());
      case FENCE -> new Entry.Fence(new Incarnation(record.getFence().getIncarnation()));
      case KIND_NOT_SET -> throw new IllegalArgumentException("a lease record of no known kind");
    };
  }
}
