package dev.kintsugi.coordinator.adapter.rest;

import dev.kintsugi.coordinator.domain.PeerWord;
import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.coordinator.runtime.Offer;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.proto.HeartbeatReply;
import dev.kintsugi.proto.NodeHeartbeat;
import dev.kintsugi.proto.Words;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Where nodes report, and whoever else sees something of them. */
public final class HeartbeatRoutes {

  private static final int LARGEST_BODY = 1 << 20;
  private static final Pattern SPEAKER = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final CoordinatorLoop loop;
  private final String coordinator;
  private final HeartbeatCodec codec;
  private final HeartbeatLines lines = new HeartbeatLines(this::broke);
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
    return RouterFunctions.route()
        .POST("/internal/v1/heartbeats", this::heartbeat)
        .POST("/internal/v1/words", this::words)
        .build();
  }

  private Mono<ServerResponse> words(ServerRequest request) {
    return Bodies.protobuf(request.exchange().getRequest(), Words.parser(), LARGEST_BODY)
        .flatMap(this::take)
        .doOnError(_ -> malformed.increment());
  }

  private Mono<ServerResponse> take(Words wire) {
    String from = wire.getFrom();
    if (!SPEAKER.matcher(from).matches()) {
      return Mono.error(
          Problems.malformed(
                  "Say who says so: 1 to 128 letters, digits, dots, underscores, colons or hyphens.")
              .asException());
    }
    List<PeerWord> words = WordCodec.decode(wire.getWordsList());
    MapVersion version = HeartbeatCodec.mapVersion(wire.getMapVersion());
    if (!version.equals(MapVersion.NONE) && loop.knows(version) != Offer.ACCEPTED) {
      return turnAway();
    }
    return switch (loop.said(from, words)) {
      case ACCEPTED -> reply();
      case FULL, CLOSED -> turnAway();
    };
  }

  private Mono<ServerResponse> reply() {
    return Bodies.protobuf(
        HeartbeatReply.newBuilder()
            .setCoordinator(coordinator)
            .setLeading(loop.health().leading())
            .build());
  }

  private Mono<ServerResponse> turnAway() {
    turnedAway.increment();
    return Problems.respond(
        Problem.unavailable(
            "The coordinator cannot take heartbeats in right now; send the next one.",
            Duration.ofSeconds(1)));
  }

  private Mono<ServerResponse> heartbeat(ServerRequest request) {
    ServerHttpRequest carrier = request.exchange().getRequest();
    return Bodies.protobuf(carrier, NodeHeartbeat.parser(), LARGEST_BODY)
        .flatMap(wire -> take(wire, carrier))
        .doOnError(_ -> malformed.increment());
  }

  /**
   * The connection of a node has closed. It may have been idle: this coordinator says what it saw,
   * as others do, and knocks if it leads.
   */
  private void broke(HeartbeatLines.Caller caller) {
    var _ =
        loop.said(
            coordinator,
            List.of(
                new PeerWord(
                    caller.node(), caller.incarnation(), PeerWord.Kind.BROKEN, Duration.ZERO)));
  }

  private Mono<ServerResponse> take(NodeHeartbeat wire, ServerHttpRequest carrier) {
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
        lines.heard(carrier, decoded.heartbeat().node(), decoded.heartbeat().incarnation());
        yield reply();
      }
      case FULL, CLOSED -> turnAway();
    };
  }
}
