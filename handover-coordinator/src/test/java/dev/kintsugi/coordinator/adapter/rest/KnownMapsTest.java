package dev.kintsugi.coordinator.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.proto.Epoch;
import dev.kintsugi.proto.NodeHeartbeat;
import dev.kintsugi.proto.Words;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nodes and gateways say by which map they go. */
class KnownMapsTest {

  private long sequence;

  @Test
  void a_map_that_the_log_lacks_is_replaced_by_a_newer_one_whoever_goes_by_it() throws Exception {
    try (CoordinatorHost host = new CoordinatorHost()) {
      heartbeat(host, "node-1", MapVersion.NONE);
      heartbeat(host, "node-2", MapVersion.NONE);
      awaitNewerThan(host, MapVersion.NONE);

      MapVersion byNode = lost(host, 1_000);
      heartbeat(host, "node-1", byNode);
      awaitNewerThan(host, byNode);

      MapVersion byGateway = lost(host, 2_000);
      Words words = Words.newBuilder().setFrom("gateway-x").setMapVersion(wire(byGateway)).build();
      assertThat(host.words(words.toByteArray()).statusCode()).isEqualTo(200);
      awaitNewerThan(host, byGateway);
    }
  }

  private static MapVersion lost(CoordinatorHost host, long grant) throws Exception {
    return new MapVersion(version(host).epoch().next(grant), 50_000);
  }

  private void heartbeat(CoordinatorHost host, String node, MapVersion knows) throws Exception {
    NodeHeartbeat.Builder beat =
        NodeHeartbeat.newBuilder()
            .setNode(node)
            .setIncarnation(5)
            .setUrl("http://127.0.0.1:9")
            .setSequence(++sequence);
    if (!knows.equals(MapVersion.NONE)) {
      beat.setMapVersion(wire(knows));
    }
    assertThat(host.heartbeat(beat.build().toByteArray()).statusCode()).isEqualTo(200);
  }

  private static dev.kintsugi.proto.MapVersion wire(MapVersion version) {
    return dev.kintsugi.proto.MapVersion.newBuilder()
        .setEpoch(
            Epoch.newBuilder()
                .setGrant(version.epoch().grant())
                .setAttempt(version.epoch().attempt()))
        .setOffset(version.offset())
        .build();
  }

  private static MapVersion version(CoordinatorHost host) throws Exception {
    return host.bean(CoordinatorLoop.class)
        .ask((coordinator, _) -> coordinator.map().version())
        .get(5, TimeUnit.SECONDS);
  }

  private static void awaitNewerThan(CoordinatorHost host, MapVersion version) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!version(host).newerThan(version)) {
      assertThat(System.nanoTime() - deadline).as("a map newer than %s", version).isNegative();
      Thread.onSpinWait();
    }
  }
}
