package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMapLog.Entry;

/** What the coordinator is told. */
public sealed interface Event {

  /** Time has passed; comes every tick. */
  record Tick() implements Event {}

  /** A node has reported. */
  record Heard(Heartbeat heartbeat) implements Event {}

  /** Somebody other than a node says something of one. */
  record Said(String from, PeerWord word) implements Event {}

  /** Somebody other than a node goes by the shard map of that version. */
  record Knows(MapVersion version) implements Event {}

  /** A knock has ended. */
  record Probed(NodeId node, Incarnation incarnation, ProbeResult result) implements Event {}

  /** A record of the topic shard-map has been read. */
  record Read(long offset, Entry entry) implements Event {}

  /** A record of the topic shard-map could not be understood. */
  record Malformed(long offset) implements Event {}

  /** The topic shard-map has been read to its end. */
  record ReachedEnd() implements Event {}

  /**
   * The read position in the topic shard-map is gone: it was cut or made anew. It is read from its
   * beginning from here on.
   */
  record PositionLost() implements Event {}

  /** A table was not appended, nor ever will be: it is larger than the log takes. */
  record TableTooLarge(Entry.Table table) implements Event {}

  /** An append failed, or its fate is unknown. */
  record AppendFailed(Entry entry) implements Event {}
}
