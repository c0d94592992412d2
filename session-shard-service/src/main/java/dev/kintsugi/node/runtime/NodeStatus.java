package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.SlotId;
import java.util.List;

/**
 * A snapshot of what a node is doing: for heartbeats, metrics and health.
 *
 * @param leaseValid whether the node could answer a read from memory now
 * @param logReachable whether a heartbeat came back within the last second
 * @param voidRecords how many records were skipped because a newer epoch had fenced them
 * @param malformedRecords how many records could not be read
 */
public record NodeStatus(
    Incarnation incarnation,
    MapVersion mapVersion,
    boolean leaseValid,
    boolean logReachable,
    long voidRecords,
    long malformedRecords,
    List<SlotStatus> slots) {

  /** The node's part in a slot. */
  public enum Role {
    STANDBY,
    TAKING,
    SERVING,
    RELEASING
  }

  /**
   * How far the node is with one slot.
   *
   * @param nextOffset the offset of the next record to apply
   * @param shards number of shards kept
   * @param bytes their content
   * @param caughtUp whether the node has been at the log's end since it began to follow it
   */
  public record SlotStatus(
      SlotId slot, Role role, long nextOffset, Epoch epoch, int shards, long bytes, boolean caughtUp) {}

  public NodeStatus {
    slots = List.copyOf(slots);
  }
}
