package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.Map;
import java.util.Optional;

/**
 * What a node that is not the owner of a slot says about who is, so that a caller with an older map
 * need not wait for its own: the owner by the newest map here, the grant under which it owns the
 * slot or is about to, and that map's version. Thread-safe.
 */
final class OwnerHints {

  private static final String OWNER = "Shard-Owner";
  private static final String GRANT = "Shard-Owner-Grant";
  private static final String MAP_VERSION = "Shard-Map-Version";

  private final ShardMaps maps;

  OwnerHints(ShardMaps maps) {
    this.maps = maps;
  }

  /**
   * The headers to add; none where the map is older than the one that this node goes by, names
   * nobody, or names somebody who is given up.
   *
   * @param used the version of the map by which this node is not the owner
   */
  Map<String, String> of(SlotId slot, MapVersion used) {
    ShardMap map = maps.current();
    Optional<SlotAssignment> assignment = map.find(slot);
    Optional<NodeId> owner =
        map.owner(slot).filter(node -> node.state() != MapNode.State.DEAD).map(MapNode::id);
    if (owner.isEmpty() || assignment.isEmpty() || used.newerThan(map.version())) {
      return Map.of();
    }
    return Map.of(
        OWNER, owner.get().toString(),
        GRANT, Long.toString(assignment.get().grant()),
        MAP_VERSION, map.version().toString());
  }
}
