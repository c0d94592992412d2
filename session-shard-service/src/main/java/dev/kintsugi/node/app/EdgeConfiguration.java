package dev.kintsugi.node.app;

import dev.kintsugi.client.JdkTransport;
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
import dev.kintsugi.node.adapter.pulse.HttpPeerLines;
import dev.kintsugi.node.adapter.pulse.PulseRoute;
import dev.kintsugi.node.adapter.rest.RestConfiguration;
import dev.kintsugi.node.adapter.warmup.OwnRequests;
import dev.kintsugi.node.domain.MergePatch;
import dev.kintsugi.node.domain.watch.PeerWatch;
import dev.kintsugi.node.runtime.NodeLoop;
import dev.kintsugi.node.runtime.OwnPulse;
import dev.kintsugi.node.runtime.PeerWatcher;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.StatusSource;
import dev.kintsugi.node.runtime.StoreListener;
import dev.kintsugi.node.runtime.life.Activity;
import dev.kintsugi.node.runtime.life.AreaAccess;
import dev.kintsugi.node.runtime.life.Gate;
import dev.kintsugi.node.runtime.life.Peers;
import dev.kintsugi.node.runtime.life.SessionCreation;
import dev.kintsugi.node.runtime.life.SessionEnding;
import dev.kintsugi.node.runtime.life.SessionExpiry;
import dev.kintsugi.node.runtime.life.SessionIds;
import dev.kintsugi.node.runtime.life.SessionLimit;
import dev.kintsugi.node.runtime.life.Touching;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** What stands around the store: sessions across areas, the other nodes, the coordinators. */
@Configuration(proxyBeanMethods = false)
@Import(RestConfiguration.class)
class EdgeConfiguration {

  private static final Logger LOG = LoggerFactory.getLogger(EdgeConfiguration.class);

  @Bean
  ShardCalls shardCalls(ShardMaps maps, HttpClient http, ScheduledExecutorService nodeTimer) {
    return new ShardCalls(
        maps,
        new JdkTransport(http),
        nodeTimer,
        ShardCallSettings.DEFAULTS,
        ShardCallListener.NONE);
  }

  @Bean
  Peers peers(ShardCalls calls, Areas areas, ClusterProperties cluster) {
    return new HttpPeers(calls, areas, cluster.internalSecret());
  }

  @Bean
  AreaAccess areaAccess(
      ShardStore store, Peers peers, Areas areas, MergePatch merge, Activity activity, Gate gate) {
    return new AreaAccess(store, peers, areas, merge, activity, gate);
  }

  @Bean
  Activity activity(
      Peers peers, Areas areas, ScheduledExecutorService nodeTimer, StoreListeners listeners) {
    Activity activity = new Activity(peers, areas, System::nanoTime);
    listeners.add(activity);
    var _ =
        nodeTimer.scheduleWithFixedDelay(
            () -> flush(activity), 1_000, 1_000, TimeUnit.MILLISECONDS);
    return activity;
  }

  private static void flush(Activity activity) {
    try {
      activity.flush();
    } catch (RuntimeException e) {
      LOG.warn("activity could not be reported; it is tried again", e);
    }
  }

  @Bean
  Touching touching(ShardStore store, Areas areas, Clock clock) {
    return new Touching(store, areas, clock);
  }

  @Bean
  SessionExpiry sessionExpiry(
      ShardStore store,
      Peers peers,
      Areas areas,
      SessionEnding ending,
      Touching touching,
      Clock clock,
      StoreListeners listeners) {
    SessionExpiry expiry =
        new SessionExpiry(store, peers, areas, ending, touching, clock, System::nanoTime);
    listeners.add(expiry);
    return expiry;
  }

  @Bean
  SessionCreation sessionCreation(
      ShardStore store,
      Peers peers,
      Areas areas,
      ClusterProperties cluster,
      SessionEnding ending,
      SecureRandom random,
      Clock clock,
      StatusSource status) {
    SessionIds ids = new SessionIds(cluster.sessionIdKeyBytes(), random);
    return new SessionCreation(
        store,
        peers,
        areas,
        ids,
        ending,
        limit(cluster.sessions()),
        clock,
        () -> status.status().nearlyFull());
  }

  private static SessionLimit limit(ClusterProperties.SessionSettings sessions) {
    return new SessionLimit(
        sessions.maxPerUser(),
        switch (sessions.whenTooMany()) {
          case END_OLDEST -> SessionLimit.WhenTooMany.END_OLDEST;
          case REFUSE -> SessionLimit.WhenTooMany.REFUSE;
        });
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
  NodeMetrics nodeMetrics(
      MeterRegistry registry, StatusSource source, Areas areas, StoreListeners listeners) {
    NodeMetrics metrics = new NodeMetrics(registry, source, areas);
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
      NodeProperties node,
      StatusSource source,
      HttpClient http,
      ClusterProperties cluster,
      PeerWatcher watcher,
      StoreListeners listeners) {
    Heartbeats.Self self = new Heartbeats.Self(node.id(), node.ownUrl(), node.zone());
    Heartbeats heartbeats =
        new Heartbeats(
            self, source, http, cluster.internalSecret(), node.coordinators(), watcher::words);
    listeners.add(
        new StoreListener() {
          @Override
          public void onNews() {
            heartbeats.hurrySoon();
          }
        });
    return heartbeats;
  }

  @Bean(destroyMethod = "close")
  PeerWatcher peerWatcher(NodeProperties node, HttpClient http, ClusterProperties cluster) {
    return new PeerWatcher(
        new PeerWatch(node.nodeId(), node.watchSettings()),
        new HttpPeerLines(http, cluster.internalSecret()),
        System::nanoTime);
  }

  @Bean(destroyMethod = "end")
  OwnPulse ownPulse(StatusSource source) {
    return new OwnPulse(source);
  }

  @Bean
  RouterFunction<ServerResponse> pulseRoute(OwnPulse pulse, NodeProperties node) {
    return new PulseRoute(pulse, node.heartbeat()).routes();
  }

  @Bean
  NodeLifecycle nodeLifecycle(
      NodeProperties node,
      LifecycleProperties lifecycle,
      NodeLoop loop,
      ShardMaps maps,
      Heartbeats heartbeats,
      PeerWatcher watcher,
      OwnPulse pulse,
      ShardsHealth health,
      ScheduledExecutorService nodeTimer,
      WarmUp warmUp) {
    return new NodeLifecycle(
        node,
        lifecycle.getTimeoutPerShutdownPhase(),
        loop,
        maps,
        new NodeLifecycle.Signs(heartbeats, watcher, pulse),
        health,
        nodeTimer,
        warmUp);
  }

  @Bean
  WarmUp warmUp(
      NodeProperties node,
      ServerProperties server,
      Environment environment,
      HttpClient http,
      ClusterProperties cluster,
      Areas areas,
      SecureRandom random) {
    return new WarmUp(
        node.warmUp(),
        server,
        environment,
        new OwnRequests(http, cluster.internalSecret(), areas, random));
  }
}
