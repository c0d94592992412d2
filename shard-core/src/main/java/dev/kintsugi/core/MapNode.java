package dev.kintsugi.core;

import java.net.URI;
import java.util.Optional;

/**
 * A node as the shard map knows it.
 *
 * @param url the node's REST interface
 * @param zone where it stands, if known
 */
public record MapNode(
    NodeId id, URI url, Incarnation incarnation, State state, Optional<String> zone) {

  /** What the coordinator thinks of a node. */
  public enum State {
    UP,
    /** Silent, but not yet given up. */
    SUSPECT,
    /** Given up: its slots have been reassigned. */
    DEAD,
    /** Leaving: its slots are being moved away. */
    DRAINING
  }

  public MapNode withState(State next) {
    return new MapNode(id, url, incarnation, next, zone);
  }
}
