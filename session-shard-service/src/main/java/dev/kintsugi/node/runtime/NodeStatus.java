package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.SlotView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot of what a node is doing: for heartbeats, metrics and health.
 *
 * @param leaseValid whether the node could answer a read from memory now
 * @param logSilence how long ago it last read back its own heartbeat from its lease partition;
 *     empty before the first
 * @param readSilence how long ago it last read anything from any log, other nodes' heartbeats
 *     included; empty before the first
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
    Optional<Duration> logSilence,
    Optional<Duration> readSilence,
    long voidRecords,
    long malformedRecords,
    long comparisons,
    long differences,
    boolean nearlyFull,
    long memoryBytes,
    long memoryLimitBytes,
    List<ShardKey> quarantined,
    List<SlotView> slots) {

  private static final Duration LOG_PATIENCE = Duration.ofSeconds(1);

  public NodeStatus {
    quarantined = List.copyOf(quarantined);
    slots = List.copyOf(slots);
  }

  /** Whether a heartbeat came back within the last second. */
  public boolean logReachable() {
    return logSilence.filter(silence -> silence.compareTo(LOG_PATIENCE) < 0).isPresent();
  }
}
