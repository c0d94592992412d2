package dev.kintsugi.tokens.adapter.metrics;

import dev.kintsugi.tokens.domain.ClockOffset;
import dev.kintsugi.tokens.runtime.Providers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/**
 * Down while a provider has done nothing but fail for half a minute; up otherwise, also before the
 * first call. It asks no provider itself.
 */
public final class ProviderHealth implements ReactiveHealthIndicator {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Totals totals;
  private final Providers providers;
  private final InstantSource clock;

  public ProviderHealth(Totals totals, Providers providers, InstantSource clock) {
    this.totals = totals;
    this.providers = providers;
    this.clock = clock;
  }

  @Override
  public Mono<Health> health() {
    Instant before = clock.instant().minus(PATIENCE);
    Map<String, Totals.Condition> conditions = totals.conditions();
    Health.Builder health = Health.up();
    conditions.forEach((provider, condition) -> {
      Optional<Instant> failing = condition.failing();
      if (failing.isPresent() && failing.get().isBefore(before)) {
        health.down();
      }
      health.withDetail(provider, failing.isPresent() ? condition.reason() : "ok");
    });
    providers
        .byName()
        .values()
        .forEach(provider ->
            provider
                .clock()
                .span(clock.instant())
                .ifPresent(span -> health.withDetail(provider.name() + "-clock", shown(span))));
    return Mono.just(health.build());
  }

  /** The lead of its clock over ours, and by how much that may be wrong. */
  private static String shown(ClockOffset.Span span) {
    return span.middle().toMillis() + " ms ahead, give or take " + span.error().toMillis() + " ms";
  }
}
