package dev.kintsugi.node.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import java.util.HashMap;
import java.util.Map;

/** Which lives of nodes are over, by the newest map. It may be wrong. Not thread-safe. */
final class Obituaries {

  private final Map<NodeId, MapNode> nodes = new HashMap<>();

  void read(ShardMap map) {
    nodes.clear();
    map.nodes().forEach(node -> nodes.put(node.id(), node));
  }

  /**
   * Whether the map calls the node dead, or knows it in another life; one that it does not know
   * lives.
   */
  boolean isGone(NodeId node, Incarnation life) {
    MapNode known = nodes.get(node);
    return known != null
        && (known.state() == MapNode.State.DEAD || !known.incarnation().equals(life));
  }
}
