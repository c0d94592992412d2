package dev.kintsugi.coordinator.adapter.rest;

import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.core.Areas;
import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.proto.HeartbeatReply;
import dev.kintsugi.proto.NodeHeartbeat;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Where nodes report. */
public final class HeartbeatRoutes {

  private static final int LARGEST_BODY = 1 << 20;

  private final CoordinatorLoop loop;
  private final String coordinator;
  private final HeartbeatCodec codec;
  private final Counter taken;
  private final Counter malformed;
  private final Counter turnedAway;
  private final Counter ignoredReports;

  public HeartbeatRoutes(
      CoordinatorLoop loop, String coordinator, Areas areas, MeterRegistry meters) {
    this.loop = loop;
    this.coordinator = coordinator;
    this.codec = new HeartbeatCodec(areas);
    this.taken = meters.counter("kintsugi.coordinator.heartbeats", "outcome", "taken");
    this.malformed = meters.counter("kintsugi.coordinator.heartbeats", "outcome", "malformed");
    this.turnedAway = meters.counter("kintsugi.coordinator.heartbeats", "outcome", "turned-away");
    this.ignoredReports = meters.counter("kintsugi.coordinator.slot.reports.ignored");
  }

  public RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route().POST("/internal/v1/heartbeats", this::heartbeat).build();
  }

  private Mono<ServerResponse> heartbeat(ServerRequest request) {
    return Bodies.protobuf(request.exchange().getRequest(), NodeHeartbeat.parser(), LARGEST_BODY)
        .flatMap(this::take)
        .doOnError(_ -> malformed.increment());
  }

  private Mono<ServerResponse> take(NodeHeartbeat wire) {
    HeartbeatCodec.Decoded decoded;
    try {
      decoded = codec.decode(wire);
    } catch (IllegalArgumentException e) {
      return Mono.error(
          Problems.malformed("The heartbeat makes no sense: " + e.getMessage() + '.')
              .asException());
    }
    ignoredReports.increment(decoded.ignored());
    return switch (loop.heard(decoded.heartbeat())) {
      case ACCEPTED -> {
        taken.increment();
        yield Bodies.protobuf(
            HeartbeatReply.newBuilder()
                .setCoordinator(coordinator)
                .setLeading(loop.health().leading())
                .build());
      }
      case FULL, CLOSED -> {
        turnedAway.increment();
        yield Problems.respond(
            Problem.unavailable(
                "The coordinator cannot take heartbeats in right now; send the next one.",
                Duration.ofSeconds(1)));
      }
    };
  }
}
