package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.gateway.domain.AreaFeed;
import dev.kintsugi.gateway.domain.AreaPosition;
import dev.kintsugi.gateway.domain.EventId;
import dev.kintsugi.gateway.runtime.StreamPlaces;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /v1/sessions/{sid}/events}: each area's newest state, then its changes, as server-sent
 * events. The stream outlives handovers and ends when the session, the token or the gateway does.
 */
final class EventsHandler {

  /**
   * The bounds of streams.
   *
   * @param pollWait of one long poll
   * @param heartbeat between comments that keep the connection open
   */
  record Rhythm(Duration pollWait, Duration heartbeat) {}

  private static final String LAST_EVENT_ID = "Last-Event-ID";

  /**
   * However long the token lasts, which may be centuries. Longer: who resumes more seldom holds a
   * gateway that is to be replaced; shorter: clients resume for nothing.
   */
  private static final Duration LONGEST = Duration.ofDays(1);

  private final Names names;
  private final Entitlement entitlement;
  private final SessionCalls calls;
  private final StreamPlaces places;
  private final Rhythm rhythm;
  private final Mono<Void> closing;

  EventsHandler(
      Names names,
      Entitlement entitlement,
      SessionCalls calls,
      StreamPlaces places,
      Rhythm rhythm,
      Mono<Void> closing) {
    this.names = names;
    this.entitlement = entitlement;
    this.calls = calls;
    this.places = places;
    this.rhythm = rhythm;
    this.closing = closing;
  }

  Mono<ServerResponse> handle(Caller caller, ServerRequest request) {
    SessionId session = names.session(request.pathVariable("sid"));
    entitlement.check(caller, session);
    Set<Area> wanted = names.areas(request.queryParams().getOrDefault("names", List.of()));
    HttpHeaders headers = request.headers().asHttpHeaders();
    EventId from = lastEventId(session, headers);
    return Mono.zip(calls.facts(session, headers), untilExpiry(request))
        .flatMap(both -> {
          if (both.getT1().status() != 200) {
            return ServerResponse.status(both.getT1().status())
                .headers(to -> Headers.toCaller(both.getT1(), to))
                .bodyValue(both.getT1().body());
          }
          EventStream stream = new EventStream(calls, session, headers, rhythm.pollWait());
          return open(session, stream, wanted, from, both.getT2(), request.exchange());
        });
  }

  private Mono<ServerResponse> open(
      SessionId session,
      EventStream stream,
      Set<Area> wanted,
      EventId from,
      Duration atMost,
      ServerWebExchange exchange) {
    var place = places.take(session);
    if (place.isEmpty()) {
      return Problems.respond(
          Problem.refused(
                  HttpStatus.TOO_MANY_REQUESTS, "Too many event streams are open; close one.")
              .withHeader(HttpHeaders.RETRY_AFTER, "5"));
    }
    // Before anything that may fail: a place that nobody gives back is lost for good.
    PlaceRelease.atEnd(exchange, place.get());
    Flux<ServerSentEvent<String>> events =
        events(stream, wanted, from).takeUntilOther(closing).takeUntilOther(Mono.delay(atMost));
    return ServerResponse.ok()
        .header("X-Accel-Buffering", "no")
        .body(BodyInserters.fromServerSentEvents(events));
  }

  private Flux<ServerSentEvent<String>> events(EventStream stream, Set<Area> wanted, EventId from) {
    return Flux.defer(() -> {
      AtomicReference<EventId> at = new AtomicReference<>(from);
      Flux<ServerSentEvent<String>> news =
          Flux.merge(wanted.stream().map(area -> stream.follow(area, from.version(area))).toList())
              .takeUntil(item -> item instanceof EventStream.Item.Over)
              .concatMapIterable(item -> toEvents(item, at));
      Flux<ServerSentEvent<String>> beats =
          Flux.interval(Duration.ZERO, rhythm.heartbeat())
              .onBackpressureDrop()
              .map(_ -> ServerSentEvent.<String>builder().comment("alive").build());
      return Flux.merge(news.materialize(), beats.materialize()).dematerialize();
    });
  }

  private static List<ServerSentEvent<String>> toEvents(
      EventStream.Item item, AtomicReference<EventId> at) {
    return switch (item) {
      case EventStream.Item.Changed(Area area, AreaAnswer answer) -> {
        AreaPosition position = answer.position();
        EventId id = at.updateAndGet(before -> before.with(area, position));
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("area", area.value());
        data.setAll(answer.toJson());
        yield List.of(event(id, "area", data));
      }
      case EventStream.Item.Over(AreaFeed.Reason reason) -> {
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        yield List.of(event(at.get(), "end", data));
      }
      case EventStream.Item.Nothing() -> List.of();
    };
  }

  private static ServerSentEvent<String> event(EventId id, String name, ObjectNode data) {
    return ServerSentEvent.<String>builder()
        .id(id.toString())
        .event(name)
        .data(Json.MAPPER.writeValueAsString(data))
        .build();
  }

  private EventId lastEventId(SessionId session, HttpHeaders headers) {
    EventId id;
    try {
      id = EventId.parse(Headers.single(headers, LAST_EVENT_ID).orElse(""));
    } catch (IllegalArgumentException e) {
      throw Problems.malformed("Last-Event-ID is not the id of an event of this stream.")
          .asException();
    }
    for (Map.Entry<Area, AreaPosition> entry : id.positions().entrySet()) {
      boolean elsewhere =
          names.areas().find(entry.getKey()).stream()
              .anyMatch(
                  policy -> policy.slotOf(session.placement()).number() != entry.getValue().slot());
      if (elsewhere) {
        throw Problems.malformed("Last-Event-ID belongs to another session.").asException();
      }
    }
    return id;
  }

  /**
   * How long the stream may last: as long as the caller's token is good, and no longer than a day.
   */
  private static Mono<Duration> untilExpiry(ServerRequest request) {
    return request
        .principal()
        .ofType(JwtAuthenticationToken.class)
        .mapNotNull(token -> token.getToken().getExpiresAt())
        .map(expiry -> Duration.between(Instant.now(), expiry))
        .map(left -> left.isNegative() ? Duration.ZERO : left)
        .map(left -> left.compareTo(LONGEST) > 0 ? LONGEST : left)
        .switchIfEmpty(Mono.error(() -> Problems.unauthorized().asException()));
  }
}
