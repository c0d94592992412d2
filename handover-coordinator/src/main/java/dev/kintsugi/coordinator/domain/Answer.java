package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMapLog.Leader;
import java.util.Optional;

/** What an operator's command came to. */
public sealed interface Answer {

  /** Done; the map follows. */
  record Done(NodeId node, boolean draining) implements Answer {}

  /** What a rebalance moves, or would move. */
  record Planned(Rebalance rebalance) implements Answer {}

  /** The map has changed since the caller looked at it. */
  record Outdated(MapVersion asked, MapVersion inForce) implements Answer {}

  /** Only the leader may; ask it, where it is known. */
  record NotLeading(Optional<Leader> leader) implements Answer {}

  /** Nobody has heard of the node. */
  record NoSuchNode(NodeId node) implements Answer {}

  /** The command makes no sense now; the text says why and what to do. */
  record Refused(String why) implements Answer {}
}
