package dev.kintsugi.coordinator.app;

import dev.kintsugi.coordinator.adapter.kafka.KafkaMapLog;
import dev.kintsugi.coordinator.adapter.metrics.CoordinatorHealth;
import dev.kintsugi.coordinator.adapter.metrics.Telemetry;
import dev.kintsugi.coordinator.adapter.probe.TcpHttpProber;
import dev.kintsugi.coordinator.adapter.rest.AdminRoutes;
import dev.kintsugi.coordinator.adapter.rest.EventStream;
import dev.kintsugi.coordinator.adapter.rest.HeartbeatRoutes;
import dev.kintsugi.coordinator.domain.Coordinator;
import dev.kintsugi.coordinator.domain.CoordinatorId;
import dev.kintsugi.coordinator.domain.Now;
import dev.kintsugi.coordinator.domain.Settings;
import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Instant;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The parts and how they hang together. */
@Configuration(proxyBeanMethods = false)
class CoordinatorBeans {

  @Bean
  Settings settings(CoordinatorProperties properties, ClusterProperties cluster) {
    return properties.settings(cluster.areas());
  }

  @Bean
  KafkaMapLog mapLog(CoordinatorProperties properties, LogSettings settings) {
    return new KafkaMapLog(
        settings, new CoordinatorId(properties.id()), properties.leaderTimeout());
  }

  @Bean
  TcpHttpProber prober(HttpClient http, CoordinatorProperties properties) {
    return new TcpHttpProber(http, properties.probeTimeout());
  }

  @Bean
  EventStream eventStream() {
    return new EventStream();
  }

  @Bean
  CoordinatorLoop coordinatorLoop(
      Settings settings,
      CoordinatorProperties properties,
      KafkaMapLog log,
      TcpHttpProber prober,
      EventStream events,
      MeterRegistry meters) {
    Telemetry telemetry = new Telemetry(meters);
    CoordinatorLoop loop =
        new CoordinatorLoop(
            new Coordinator(settings, incarnation()),
            log,
            prober,
            notice -> {
              telemetry.on(notice);
              events.on(notice);
            },
            () -> new Now(System.nanoTime(), Instant.now()),
            properties.tick(),
            properties.queue());
    telemetry.observe(loop);
    return loop;
  }

  private static Incarnation incarnation() {
    SecureRandom random = new SecureRandom();
    long value = random.nextLong();
    while (value == 0) {
      value = random.nextLong();
    }
    return new Incarnation(value);
  }

  @Bean
  CoordinatorLifecycle coordinatorLifecycle(
      ClusterProperties cluster,
      LogSettings settings,
      CoordinatorProperties properties,
      CoordinatorLoop loop,
      KafkaMapLog log) {
    return new CoordinatorLifecycle(
        new Topics(settings), cluster.areas(), properties.kafkaPatience(), loop, log);
  }

  @Bean
  CoordinatorHealth coordinatorHealthIndicator(CoordinatorLoop loop, KafkaMapLog log) {
    return new CoordinatorHealth(loop, log::sinceLastPoll);
  }

  @Bean
  RouterFunction<ServerResponse> coordinatorRoutes(
      CoordinatorLoop loop, Settings settings, EventStream events, MeterRegistry meters) {
    return new HeartbeatRoutes(loop, settings.id().value(), settings.areas(), meters)
        .routes()
        .and(new AdminRoutes(loop).routes())
        .and(events.routes());
  }
}
