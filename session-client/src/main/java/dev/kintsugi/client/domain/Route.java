package dev.kintsugi.client.domain;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotId;
import java.util.Optional;

/**
 * Where the requests of one slot go, by one version of the shard map.
 *
 * @param target empty where that map names no owner
 */
public record Route(MapVersion version, Optional<Target> target) {

  /** What {@code map} says about {@code slot}. */
  public static Route of(ShardMap map, SlotId slot) {
    Optional<Target> target =
        map.find(slot)
            .flatMap(assignment ->
                assignment
                    .owner()
                    .flatMap(map::node)
                    .map(node -> new Target(node.id(), node.url(), assignment.grant())));
    return new Route(map.version(), target);
  }
}
