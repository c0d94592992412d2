package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.SlotId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A node as people are shown it.
 *
 * @param owned slots it owns by the map
 * @param standingBy slots it stands by for, by the map
 * @param serving slots for which it says that it answers
 * @param shards sessions with a shard in its slots, by its own count
 * @param milliRequestsPerSecond requests that come for the slots that it serves, by its own account
 * @param hot slots that it owns and that outweigh a node's fair share of all requests
 * @param lastHeartbeat empty if this coordinator has not heard it
 * @param leaving it shuts down, or an operator drains it
 */
public record NodeView(
    MapNode node,
    int owned,
    int standingBy,
    int serving,
    long shards,
    long bytes,
    long milliRequestsPerSecond,
    List<SlotId> hot,
    Optional<Instant> lastHeartbeat,
    boolean leaving) {

  public NodeView {
    hot = List.copyOf(hot);
  }
}
