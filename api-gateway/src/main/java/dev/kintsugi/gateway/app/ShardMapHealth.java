package dev.kintsugi.gateway.app;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Up as soon as a shard map is known: before, no request could be routed. */
final class ShardMapHealth implements HealthIndicator {

  private final ShardMaps maps;

  ShardMapHealth(ShardMaps maps) {
    this.maps = maps;
  }

  @Override
  public Health health() {
    ShardMap map = maps.current();
    if (map.version().equals(MapVersion.NONE)) {
      return Health.down()
          .withDetail("reason", "no shard map has been read yet; is a coordinator running?")
          .build();
    }
    return Health.up()
        .withDetail("version", map.version().toString())
        .withDetail("nodes", map.nodes().size())
        .build();
  }
}
