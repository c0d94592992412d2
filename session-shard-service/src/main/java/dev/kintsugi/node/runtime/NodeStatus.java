package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.SlotView;
import java.util.List;

/**
 * A snapshot of what a node is doing: for heartbeats, metrics and health.
 *
 * @param leaseValid whether the node could answer a read from memory now
 * @param logReachable whether a heartbeat came back within the last second
 * @param voidRecords how many records were skipped because their epoch was over
 * @param malformedRecords how many records could not be read
 * @param comparisons how often a copy here was compared with its owner's
 * @param differences how often they differed
 * @param nearlyFull whether no new sessions are taken for lack of memory
 * @param memoryBytes what the copies weigh in memory
 * @param memoryLimitBytes what they may weigh before no new sessions are taken
 * @param quarantined some of the quarantined shards; {@link SlotView#quarantined} counts them all
 */
public record NodeStatus(
    Incarnation incarnation,
    MapVersion mapVersion,
    boolean leaseValid,
    boolean logReachable,
    long voidRecords,
    long malformedRecords,
    long comparisons,
    long differences,
    boolean nearlyFull,
    long memoryBytes,
    long memoryLimitBytes,
    List<ShardKey> quarantined,
    List<SlotView> slots) {

  public NodeStatus {
    quarantined = List.copyOf(quarantined);
    slots = List.copyOf(slots);
  }
}
