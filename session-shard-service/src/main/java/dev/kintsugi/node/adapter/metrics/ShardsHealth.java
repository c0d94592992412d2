package dev.kintsugi.node.adapter.metrics;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.domain.ShardKey;
import dev.kintsugi.node.domain.SlotView;
import dev.kintsugi.node.runtime.NodeStatus;
import dev.kintsugi.node.runtime.StatusSource;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Ready once the node takes part, the log has answered and a shard map has been seen; from then on
 * until the node's slots have been moved away at its end. An outage of the log later on does not
 * take the node out: it still answers what may be answered. Thread-safe.
 */
public final class ShardsHealth implements HealthIndicator {

  private final StatusSource source;
  private volatile boolean takesPart;
  private volatile boolean ready;
  private volatile boolean left;

  public ShardsHealth(StatusSource source) {
    this.source = source;
  }

  /** The node has warmed up and says that it is there: before, nobody gives it a slot. */
  public void enter() {
    takesPart = true;
  }

  /** The node has handed over and answers nothing any more. */
  public void leave() {
    left = true;
  }

  @Override
  public Health health() {
    NodeStatus status = source.status();
    boolean mapSeen = !status.mapVersion().equals(MapVersion.NONE);
    if (takesPart && mapSeen && status.logReachable()) {
      ready = true;
    }
    Health.Builder health = left ? Health.outOfService() : ready ? Health.up() : Health.down();
    return health
        .withDetail("takesPart", takesPart)
        .withDetail("mapVersion", status.mapVersion().toString())
        .withDetail("logReachable", status.logReachable())
        .withDetail("takesNewSessions", !status.nearlyFull())
        .withDetail("digestDifferences", status.differences())
        .withDetail("quarantined", status.slots().stream().mapToInt(SlotView::quarantined).sum())
        .withDetail("someQuarantined", status.quarantined().stream().map(this::shown).toList())
        .build();
  }

  /** Ids grant nothing by themselves, but whole ones do not belong on a health page. */
  private String shown(ShardKey key) {
    return key.area() + "/" + key.session().toString().substring(0, 16) + "…";
  }
}
