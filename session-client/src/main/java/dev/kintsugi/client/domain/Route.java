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
 * @param inDoubt whether that map calls the owner suspect or dead: what may go elsewhere should
 */
public record Route(
    MapVersion version, Optional<Target> target, List<Target> standbys, boolean inDoubt) {

  public Route {
    standbys = List.copyOf(standbys);
  }

  /** What {@code map} says about {@code slot}. */
  public static Route of(ShardMap map, SlotId slot) {
    Optional<SlotAssignment> found = map.find(slot);
    if (found.isEmpty()) {
      return new Route(map.version(), Optional.empty(), List.of(), false);
    }
    SlotAssignment assignment = found.get();
    Optional<MapNode> owner = assignment.owner().flatMap(map::node);
    Optional<Target> target = owner.map(node -> target(node, assignment.grant()));
    List<Target> standbys =
        assignment.standbys().stream()
            .flatMap(id -> map.node(id).stream())
            .filter(node -> node.state() == MapNode.State.UP)
            .map(node -> target(node, assignment.grant()))
            .toList();
    return new Route(map.version(), target, standbys, owner.filter(Route::inDoubt).isPresent());
  }

  /** The same slot by the word of a node that knows a newer map: it names another owner. */
  Route named(Target owner, MapVersion newer) {
    List<Target> others =
        standbys.stream().filter(standby -> !standby.node().equals(owner.node())).toList();
    return new Route(newer, Optional.of(owner), others, false);
  }

  private static boolean inDoubt(MapNode owner) {
    return switch (owner.state()) {
      case SUSPECT, DEAD -> true;
      case UP, DRAINING -> false;
    };
  }

  private static Target target(MapNode node, long grant) {
    return new Target(node.id(), node.url(), node.incarnation(), grant);
  }
}
