package dev.kintsugi.coordinator.adapter.metrics;

import dev.kintsugi.coordinator.domain.Health;
import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Up while the loop runs and follows the shard map. It says nothing about nodes: a coordinator is
 * fine while they are not. A table that is too large for the log is shown only: not to be ready, or
 * to be started anew, would make it no smaller.
 */
public final class CoordinatorHealth implements HealthIndicator {

  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

  private final CoordinatorLoop loop;
  private final Supplier<Duration> sinceLastPoll;

  /**
   * The health of one coordinator.
   *
   * @param sinceLastPoll how long ago Kafka's client last answered
   */
  public CoordinatorHealth(CoordinatorLoop loop, Supplier<Duration> sinceLastPoll) {
    this.loop = loop;
    this.sinceLastPoll = sinceLastPoll;
  }

  @Override
  public org.springframework.boot.health.contributor.Health health() {
    Health seen = loop.health();
    boolean reads = sinceLastPoll.get().compareTo(LONGEST_SILENCE) < 0;
    var health =
        loop.isAlive() && seen.upToDate() && reads
            ? org.springframework.boot.health.contributor.Health.up()
            : org.springframework.boot.health.contributor.Health.down();
    return health
        .withDetail("leading", seen.leading())
        .withDetail("upToDate", seen.upToDate())
        .withDetail("tableTooLarge", seen.tableTooLarge())
        .withDetail("version", seen.version().toString())
        .build();
  }
}
