package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMapLog.Entry;
import java.net.URI;

/** What the coordinator wants done, in order. */
public sealed interface Action {

  /** Append to the topic shard-map; if that fails or stays unknown, say so with the same entry. */
  record Append(Entry entry) implements Action {}

  /** Close the writer, whatever it still has under way, and append through a new one. */
  record RenewWriter() implements Action {}

  /** See at once whether anything listens at the node's address. */
  record Knock(NodeId node, Incarnation incarnation, URI url) implements Action {}

  /** Tell whoever listens. */
  record Tell(Notice notice) implements Action {}
}
