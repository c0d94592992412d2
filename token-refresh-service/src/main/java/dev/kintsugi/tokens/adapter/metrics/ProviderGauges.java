package dev.kintsugi.tokens.adapter.metrics;

import dev.kintsugi.tokens.domain.ClockOffset;
import dev.kintsugi.tokens.runtime.Provider;
import dev.kintsugi.tokens.runtime.Providers;
import dev.kintsugi.tokens.runtime.TokenLives;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;

/**
 * How each provider is: {@code kintsugi.tokens.provider.away} (1: it has failed again and again),
 * {@code .clock.lead} and {@code .clock.error} (seconds by which its clock is ahead of ours, and by
 * which that may be wrong; not a number where nothing is known).
 */
public final class ProviderGauges {

  private static final String PREFIX = "kintsugi.tokens.provider.";

  private ProviderGauges() {}

  /** Registers the gauges; the registry keeps them and the providers. */
  public static void register(MeterRegistry registry, Providers providers, InstantSource clock) {
    providers
        .byName()
        .values()
        .forEach(provider -> {
          Tags tags = Tags.of("provider", provider.name());
          registry.gauge(PREFIX + "away", tags, provider, it -> it.isAway() ? 1 : 0);
          registry.gauge(
              PREFIX + "clock.lead",
              tags,
              provider,
              it -> seconds(it, clock, ClockOffset.Span::middle));
          registry.gauge(
              PREFIX + "clock.error",
              tags,
              provider,
              it -> seconds(it, clock, ClockOffset.Span::error));
        });
  }

  /**
   * Registers {@code kintsugi.tokens.lifetime.effective}: the age in seconds up to which a
   * provider's access tokens are counted on; not a number where that is their whole life.
   */
  public static void registerLives(
      MeterRegistry registry, Providers providers, TokenLives lives, InstantSource clock) {
    providers
        .byName()
        .keySet()
        .forEach(name ->
            registry.gauge(
                "kintsugi.tokens.lifetime.effective",
                Tags.of("provider", name),
                lives,
                it ->
                    it.reliable(name, clock.instant())
                        .map(age -> age.toMillis() / 1e3)
                        .orElse(Double.NaN)));
  }

  private static double seconds(
      Provider provider, InstantSource clock, Function<ClockOffset.Span, Duration> part) {
    return provider
        .clock()
        .span(clock.instant())
        .map(span -> (double) part.apply(span).toMillis() / 1_000)
        .orElse(Double.NaN);
  }
}
