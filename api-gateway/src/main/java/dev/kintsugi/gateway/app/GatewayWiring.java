package dev.kintsugi.gateway.app;

import dev.kintsugi.client.GateSettings;
import dev.kintsugi.client.ShardCalls;
import dev.kintsugi.client.Transport;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.gateway.adapter.coordinators.NodeWitness;
import dev.kintsugi.gateway.adapter.metrics.CallMetrics;
import dev.kintsugi.gateway.adapter.nodes.NettyTransport;
import dev.kintsugi.gateway.adapter.rest.RestWiring;
import dev.kintsugi.gateway.adapter.rest.RestWiring.EdgeSettings;
import dev.kintsugi.gateway.runtime.StreamPlaces;
import dev.kintsugi.kit.ActivityMeters;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.NamedBundle;
import dev.kintsugi.log.activity.ActivityOutbox;
import dev.kintsugi.log.activity.ActivityTopic;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/** Everything but what needs Kafka. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GatewayProperties.class)
@Import({RestWiring.class, ApplicationWiring.class})
class GatewayWiring {

  /**
   * Of a connection to a node, and of the wait for a free one. Shorter: a node or a network that is
   * busy for a moment is taken for one that cannot be reached, and spoken of to the coordinators;
   * longer: a call to a machine that has gone without a word, which refuses nothing, is replayed
   * that much later. One lost packet of the handshake costs an attempt either way: TCP sends it
   * again after a second.
   */
  private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(300);

  /** Coordinators need to know it only where the log has lost its end, and nodes know no more. */
  private static final Duration TELLS_ITS_MAP = Duration.ofSeconds(2);

  @Bean
  EdgeSettings edgeSettings(GatewayProperties properties) {
    return properties.edge();
  }

  @Bean(destroyMethod = "shutdownNow")
  ScheduledThreadPoolExecutor callTimer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("call-timer").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  @Bean
  NodeWitness nodeWitness(
      GatewayProperties properties,
      HttpClient http,
      ClusterProperties cluster,
      ShardMaps maps,
      ScheduledThreadPoolExecutor callTimer) {
    String name = "gateway-" + UUID.randomUUID();
    NodeWitness witness =
        new NodeWitness(name, http, cluster.internalSecret(), properties.coordinators());
    var _ =
        callTimer.scheduleWithFixedDelay(
            () -> witness.goesBy(maps.current().version()),
            TELLS_ITS_MAP.toMillis(),
            TELLS_ITS_MAP.toMillis(),
            TimeUnit.MILLISECONDS);
    return witness;
  }

  /** Calls nodes on the event loops of the HTTP server. */
  @Bean
  NettyTransport nodeTransport(
      ReactorResourceFactory resources,
      GatewayProperties properties,
      ClusterProperties cluster,
      ObjectProvider<SslBundles> bundles) {
    return new NettyTransport(
        resources.getLoopResources().onServer(LoopResources.DEFAULT_NATIVE),
        mostConnections(properties.calls().gates()),
        CONNECT_TIMEOUT,
        new NamedBundle("kintsugi.cluster.ssl-bundle", cluster.sslBundle())
            .find(bundles)
            .map(GatewayWiring::tls));
  }

  /**
   * Twice what the gates let through to a node: one that comes back has a second gate at the same
   * address, and a connection given up for dead counts until it is closed.
   */
  private static int mostConnections(GateSettings gates) {
    return 2 * (gates.places() + gates.lastingPlaces());
  }

  static SslContext tls(NamedBundle.Found found) {
    SSLParameters parameters = found.parameters();
    return new JdkSslContext(
        found.context(),
        true,
        List.of(parameters.getCipherSuites()),
        IdentityCipherSuiteFilter.INSTANCE,
        ApplicationProtocolConfig.DISABLED,
        ClientAuth.NONE,
        parameters.getProtocols(),
        false);
  }

  @Bean
  ShardCalls shardCalls(
      ShardMaps maps,
      Transport transport,
      ScheduledThreadPoolExecutor callTimer,
      GatewayProperties properties,
      NodeWitness witness,
      MeterRegistry registry) {
    ShardCalls calls =
        new ShardCalls(
            maps,
            transport,
            callTimer,
            properties.calls(),
            new WitnessedCalls(new CallMetrics(registry), witness));
    Gauge.builder("kintsugi.gateway.calls", calls, ShardCalls::underWay)
        .description("calls to owners under way, parked ones included")
        .register(registry);
    Gauge.builder("kintsugi.gateway.calls.waiting", calls, ShardCalls::waiting)
        .description("of them, those that wait for a place at a node")
        .register(registry);
    Gauge.builder("kintsugi.gateway.nodes.barred", calls, ShardCalls::barredNodes)
        .description("nodes that are left alone at present because they failed too often")
        .register(registry);
    Gauge.builder("kintsugi.gateway.retries.left", calls, ShardCalls::retriesLeft)
        .description("attempts that may be repeated now at nodes that failed")
        .register(registry);
    return calls;
  }

  @Bean
  StreamPlaces streamPlaces(GatewayProperties properties, MeterRegistry registry) {
    StreamPlaces places =
        new StreamPlaces(properties.maxStreams(), properties.maxStreamsPerSession());
    Gauge.builder("kintsugi.gateway.streams", places, StreamPlaces::open)
        .description("event streams open")
        .register(registry);
    return places;
  }

  @Bean
  ActivityOutbox activityOutbox(
      ActivityTopic topic, GatewayProperties properties, MeterRegistry registry) {
    ActivityOutbox outbox = new ActivityOutbox(topic, properties.activityBuffer());
    ActivityMeters.bind(registry, "kintsugi.gateway.activity", outbox);
    return outbox;
  }

  @Bean
  HealthIndicator shardMapHealthIndicator(ShardMaps maps) {
    return new ShardMapHealth(maps);
  }
}
