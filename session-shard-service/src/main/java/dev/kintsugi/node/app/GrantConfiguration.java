package dev.kintsugi.node.app;

import dev.kintsugi.core.Areas;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.node.adapter.kafka.RevocationFollower;
import dev.kintsugi.node.adapter.tokens.HttpTokenService;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.grants.Grants;
import dev.kintsugi.node.runtime.life.Gate;
import dev.kintsugi.node.runtime.life.Peers;
import dev.kintsugi.node.runtime.life.SessionEnding;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The grants of sessions, where nodes are told of a token service. */
@Configuration(proxyBeanMethods = false)
class GrantConfiguration {

  private static final Logger LOG = LoggerFactory.getLogger(GrantConfiguration.class);
  private static final long TICK_MILLIS = 50;

  /** What runs besides the gate; closed with the node. */
  record Following(Gate gate, Optional<RevocationFollower> feed) implements AutoCloseable {
    @Override
    public void close() {
      feed.ifPresent(RevocationFollower::close);
    }
  }

  @Bean
  Following grants(
      NodeProperties node,
      ClusterProperties cluster,
      HttpClient http,
      ShardStore store,
      Peers peers,
      SessionEnding ending,
      Areas areas,
      LogSettings log,
      Clock clock,
      ScheduledExecutorService nodeTimer,
      StoreListeners listeners,
      MeterRegistry registry) {
    Optional<URI> service = node.tokens();
    if (service.isEmpty()) {
      LOG.warn("kintsugi.node.token-service is not set: the grants of sessions are not verified");
      return new Following(Gate.OPEN, Optional.empty());
    }
    Grants grants =
        Grants.of(
            new HttpTokenService(http, service.get(), cluster.internalSecret()),
            store,
            peers,
            ending,
            areas,
            cluster.slotHash(),
            nodeTimer,
            System::nanoTime,
            clock,
            cluster.clockSkew());
    listeners.add(grants);
    var _ =
        nodeTimer.scheduleWithFixedDelay(
            () -> tick(grants), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    RevocationFollower feed =
        new RevocationFollower(
            log,
            node.id() + "-revocations",
            grants::onRevoked,
            grants::onFeedRead,
            grants::onFeedLost);
    meter(registry, grants, feed);
    return new Following(grants, Optional.of(feed));
  }

  private static void tick(Grants grants) {
    try {
      grants.tick();
    } catch (RuntimeException e) {
      LOG.warn("the token service could not be asked; it is tried again", e);
    }
  }

  private static void meter(MeterRegistry registry, Grants grants, RevocationFollower feed) {
    String prefix = "kintsugi.node.grants.";
    registry.gauge(prefix + "known", grants, Grants::known);
    registry.gauge(prefix + "heard", grants, Grants::remembered);
    registry.gauge(prefix + "silent", grants, it -> it.silent() ? 1 : 0);
    registry.more().counter(prefix + "ended", List.of(), grants, Grants::ended);
    registry
        .more()
        .counter(prefix + "malformed", List.of(), feed, RevocationFollower::malformedRecords);
  }

  @Bean
  Gate gate(Following grants) {
    return grants.gate();
  }
}
