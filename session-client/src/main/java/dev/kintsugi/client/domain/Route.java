package dev.kintsugi.client.domain;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.List;
import java.util.Optional;

/**
 * Where the requests of one slot go, by one version of the shard map.
 *
 * @param target empty where that map names no owner
 * @param standbys that are up, the one that has most of the log first
 */
public record Route(MapVersion version, Optional<Target> target, List<Target> standbys) {

  public Route {
    standbys = List.copyOf(standbys);
  }

  /** What {@code map} says about {@code slot}. */
  public static Route of(ShardMap map, SlotId slot) {
    Optional<SlotAssignment> found = map.find(slot);
    if (found.isEmpty()) {
      return new Route(map.version(), Optional.empty(), List.of());
    }
    SlotAssignment assignment = found.get();
    Optional<Target> target =
        assignment.owner().flatMap(map::node).map(node -> target(node, assignment));
    List<Target> standbys =
        assignment.standbys().stream()
            .flatMap(id -> map.node(id).stream())
            .filter(node -> node.state() == MapNode.State.UP)
            .map(node -> target(node, assignment))
            .toList();
    return new Route(map.version(), target, standbys);
  }

  private static Target target(MapNode node, SlotAssignment assignment) {
    return new Target(node.id(), node.url(), node.incarnation(), assignment.grant());
  }
}
