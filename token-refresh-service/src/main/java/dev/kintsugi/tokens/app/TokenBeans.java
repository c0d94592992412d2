package dev.kintsugi.tokens.app;

import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.tokens.adapter.kafka.KafkaRevocations;
import dev.kintsugi.tokens.adapter.metrics.ProviderGauges;
import dev.kintsugi.tokens.adapter.metrics.ProviderHealth;
import dev.kintsugi.tokens.adapter.metrics.Totals;
import dev.kintsugi.tokens.adapter.rest.GrantsController;
import dev.kintsugi.tokens.adapter.rest.StatsController;
import dev.kintsugi.tokens.adapter.rest.VerdictsController;
import dev.kintsugi.tokens.adapter.rest.VirtualThreads;
import dev.kintsugi.tokens.domain.Backoff;
import dev.kintsugi.tokens.domain.ReactivePolicy;
import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.ThresholdPolicy;
import dev.kintsugi.tokens.runtime.ActivityModels;
import dev.kintsugi.tokens.runtime.ActivitySpeed;
import dev.kintsugi.tokens.runtime.Costs;
import dev.kintsugi.tokens.runtime.DueTimes;
import dev.kintsugi.tokens.runtime.ForecastPolicy;
import dev.kintsugi.tokens.runtime.GrantStore;
import dev.kintsugi.tokens.runtime.Provider;
import dev.kintsugi.tokens.runtime.Providers;
import dev.kintsugi.tokens.runtime.RefreshSettings;
import dev.kintsugi.tokens.runtime.RevocationFeed;
import dev.kintsugi.tokens.runtime.Shares;
import dev.kintsugi.tokens.runtime.Surroundings;
import dev.kintsugi.tokens.runtime.TokenRuntime;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The runtime and what stands before it. */
@Configuration(proxyBeanMethods = false)
class TokenBeans {

  private static final Duration LEASE_MARGIN = Duration.ofSeconds(5);
  private static final Backoff FOR_CALLERS =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
  private static final Backoff AHEAD = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

  @Bean
  Totals totals(MeterRegistry registry, InstantSource clock) {
    return new Totals(registry, clock);
  }

  @Bean
  ProviderHealth provider(
      Totals totals, Providers providers, MeterRegistry registry, InstantSource clock) {
    ProviderGauges.register(registry, providers, clock);
    return new ProviderHealth(totals, providers, clock);
  }

  @Bean(destroyMethod = "")
  TokenRuntime tokenRuntime(
      TokenProperties settings,
      GrantStore store,
      DueTimes times,
      Providers providers,
      Costs costs,
      ActivitySpeed speed,
      ObjectProvider<ActivityModels> models,
      Totals totals,
      InstantSource clock,
      RevocationFeed feed,
      ClusterProperties cluster,
      MeterRegistry registry) {
    Optional<ActivityModels> known = Optional.ofNullable(models.getIfAvailable());
    TokenRuntime runtime =
        new TokenRuntime(
            store,
            times,
            providers,
            known.<Shares>map(it -> it).orElse(Shares.UNDIVIDED),
            policy(settings, known, costs, speed),
            costs,
            totals,
            refreshSettings(settings, providers),
            new Surroundings(clock, System::nanoTime, Thread::sleep, new SecureRandom()),
            settings.poll(),
            settings.parallel(),
            feed,
            cluster.clockSkew());
    ProviderGauges.registerLives(registry, providers, runtime.lives(), clock);
    known.ifPresent(it -> it.onActivity(runtime::active));
    return runtime;
  }

  private static RefreshPolicy policy(
      TokenProperties settings, Optional<ActivityModels> models, Costs costs, ActivitySpeed speed) {
    return switch (settings.policy()) {
      case PREDICTIVE ->
          new ForecastPolicy(
              models.orElseThrow(),
              settings.threshold(),
              settings.minValidity(),
              costs::cost,
              speed::get);
      case THRESHOLD -> new ThresholdPolicy(settings.threshold());
      case REACTIVE -> new ReactivePolicy();
    };
  }

  @Bean
  RevocationFeed revocationFeed(
      TokenProperties settings, ObjectProvider<LogSettings> log, MeterRegistry registry) {
    if (!settings.revocationFeed()) {
      return RevocationFeed.NONE;
    }
    KafkaRevocations feed = new KafkaRevocations(log.getObject());
    registry.gauge("kintsugi.tokens.feed.waiting", feed, KafkaRevocations::waiting);
    registry.more().counter("kintsugi.tokens.feed.told", List.of(), feed, KafkaRevocations::told);
    registry.more().counter("kintsugi.tokens.feed.lost", List.of(), feed, KafkaRevocations::lost);
    return feed;
  }

  /** A lease outlives the slowest provider's call, so that never two are under way. */
  private static RefreshSettings refreshSettings(TokenProperties settings, Providers providers) {
    Duration slowest =
        providers.byName().values().stream()
            .map(Provider::timeout)
            .max(Comparator.naturalOrder())
            .orElse(Duration.ZERO);
    return new RefreshSettings(
        settings.grantRetention(),
        slowest.plus(LEASE_MARGIN),
        settings.stallLimit(),
        settings.minValidity(),
        settings.touchInterval(),
        FOR_CALLERS,
        AHEAD);
  }

  @Bean
  RuntimeLifecycle runtimeLifecycle(TokenRuntime runtime) {
    return new RuntimeLifecycle(runtime);
  }

  @Bean
  VirtualThreads requestThreads(TokenProperties settings) {
    return new VirtualThreads(settings.maxRequests());
  }

  @Bean
  GrantsController grantsController(
      TokenRuntime runtime, Providers providers, VirtualThreads threads) {
    return new GrantsController(runtime.tokens(), runtime.grants(), providers, threads);
  }

  @Bean
  VerdictsController verdictsController(TokenRuntime runtime, VirtualThreads threads) {
    return new VerdictsController(runtime.verdicts(), threads);
  }

  @Bean
  StatsController statsController(
      Totals totals,
      TokenProperties settings,
      DueTimes times,
      InstantSource clock,
      VirtualThreads threads) {
    return new StatsController(
        () -> {
          Map<String, Object> shown = new LinkedHashMap<>();
          shown.put("policy", settings.policy().name().toLowerCase(Locale.ROOT));
          shown.putAll(totals.shown());
          return shown;
        },
        times,
        clock,
        threads);
  }
}
