package dev.kintsugi.node.app;

import dev.kintsugi.client.ShardCallListener;
import dev.kintsugi.client.ShardCallSettings;
import dev.kintsugi.client.ShardCalls;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.node.adapter.heartbeat.Heartbeats;
import dev.kintsugi.node.adapter.metrics.NodeMetrics;
import dev.kintsugi.node.adapter.metrics.ShardsHealth;
import dev.kintsugi.node.adapter.peers.HttpPeers;
import dev.kintsugi.node.adapter.rest.RestConfiguration;
import dev.kintsugi.node.domain.MergePatch;
import dev.kintsugi.node.runtime.NodeLoop;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.StatusSource;
import dev.kintsugi.node.runtime.life.AreaAccess;
import dev.kintsugi.node.runtime.life.Peers;
import dev.kintsugi.node.runtime.life.SessionCreation;
import dev.kintsugi.node.runtime.life.SessionEnding;
import dev.kintsugi.node.runtime.life.SessionIds;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What stands around the store: sessions across areas, the other nodes, the coordinators. */
@Configuration(proxyBeanMethods = false)
@Import(RestConfiguration.class)
class EdgeConfiguration {

  @Bean
  ShardCalls shardCalls(ShardMaps maps, HttpClient http, ScheduledExecutorService nodeTimer) {
    return new ShardCalls(
        maps, http, nodeTimer, ShardCallSettings.DEFAULTS, ShardCallListener.NONE);
  }

  @Bean
  Peers peers(ShardCalls calls, Areas areas, ClusterProperties cluster) {
    return new HttpPeers(calls, areas, cluster.internalSecret());
  }

  @Bean
  AreaAccess areaAccess(ShardStore store, Peers peers, Areas areas, MergePatch merge) {
    return new AreaAccess(store, peers, areas, merge);
  }

  @Bean
  SessionCreation sessionCreation(
      ShardStore store,
      Peers peers,
      Areas areas,
      ClusterProperties cluster,
      SecureRandom random,
      Clock clock) {
    SessionIds ids = new SessionIds(cluster.sessionIdKeyBytes(), random);
    return new SessionCreation(store, peers, areas, ids, clock);
  }

  @Bean
  SessionEnding sessionEnding(
      ShardStore store,
      Peers peers,
      Areas areas,
      ScheduledExecutorService nodeTimer,
      StoreListeners listeners) {
    SessionEnding ending = new SessionEnding(store, peers, areas, nodeTimer);
    listeners.add(ending);
    return ending;
  }

  @Bean
  NodeMetrics nodeMetrics(MeterRegistry registry, StatusSource source, StoreListeners listeners) {
    NodeMetrics metrics = new NodeMetrics(registry, source);
    listeners.add(metrics);
    return metrics;
  }

  /** The name is the one that the readiness group includes. */
  @Bean
  ShardsHealth shards(StatusSource source) {
    return new ShardsHealth(source);
  }

  @Bean
  Heartbeats heartbeats(
      NodeProperties node, StatusSource source, HttpClient http, ClusterProperties cluster) {
    Heartbeats.Self self = new Heartbeats.Self(node.id(), node.ownUrl(), node.zone());
    return new Heartbeats(self, source, http, cluster.internalSecret(), node.coordinators());
  }

  @Bean
  NodeLifecycle nodeLifecycle(
      NodeProperties node,
      NodeLoop loop,
      ShardMaps maps,
      Heartbeats heartbeats,
      ShardsHealth health,
      ScheduledExecutorService nodeTimer) {
    return new NodeLifecycle(node, loop, maps, heartbeats, health, nodeTimer);
  }
}
