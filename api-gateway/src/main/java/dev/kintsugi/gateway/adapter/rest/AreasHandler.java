package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.log.activity.Activity;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /v1/sessions/{sid}/areas}: the session rebuilt from its shards, which are read in
 * parallel. Not a snapshot across areas. Areas that were never written are left out.
 */
final class AreasHandler {

  /** What the owner of an area answered. */
  record Read(Area area, ShardResponse response) {}

  private final Names names;
  private final Entitlement entitlement;
  private final SessionCalls calls;
  private final Activities activities;

  AreasHandler(Names names, Entitlement entitlement, SessionCalls calls, Activities activities) {
    this.names = names;
    this.entitlement = entitlement;
    this.calls = calls;
    this.activities = activities;
  }

  Mono<ServerResponse> handle(Caller caller, ServerRequest request) {
    SessionId session = names.session(request.pathVariable("sid"));
    entitlement.check(caller, session);
    Set<Area> wanted = names.areas(request.queryParams().getOrDefault("names", List.of()));
    HttpHeaders headers = request.headers().asHttpHeaders();
    Instant at = activities.time(headers);
    return read(calls, session, wanted, headers)
        .flatMap(reads -> rebuild(session, reads, headers))
        .doOnNext(answer -> {
          if (answer.statusCode().is2xxSuccessful()) {
            wanted.forEach(area -> activities.report(caller, Activity.read(area), at));
          }
        });
  }

  /** Reads areas in parallel; the answers in order of their areas. */
  static Mono<List<Read>> read(
      SessionCalls calls, SessionId session, Collection<Area> wanted, HttpHeaders headers) {
    return Flux.fromIterable(wanted)
        .flatMap(
            area -> calls.area(session, area, headers).map(answer -> new Read(area, answer)),
            Math.max(1, wanted.size()))
        .collectSortedList((a, b) -> a.area().compareTo(b.area()));
  }

  private Mono<ServerResponse> rebuild(SessionId session, List<Read> reads, HttpHeaders headers) {
    Optional<ShardResponse> failed = worst(reads);
    if (failed.isPresent()) {
      return passOn(failed.get());
    }
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("sessionId", session.toString());
    ObjectNode areas = body.putObject("areas");
    for (Read read : reads) {
      if (read.response().status() == 200) {
        areas.set(read.area().value(), AreaAnswer.read(read.response()).toJson());
      }
    }
    boolean stale = reads.stream().map(Read::response).anyMatch(Headers::isStale);
    if (areas.size() == reads.size()) {
      return answer(body, stale);
    }
    // An area was not found: either it was never written, or the session has ended.
    return calls
        .facts(session, headers)
        .flatMap(facts ->
            facts.status() == 200 ? answer(body, stale || Headers.isStale(facts)) : passOn(facts));
  }

  /**
   * The answer as a whole is marked if any part of it is, or if nobody could prove that the session
   * lives.
   */
  private static Mono<ServerResponse> answer(ObjectNode body, boolean stale) {
    ServerResponse.BodyBuilder answer = ServerResponse.ok().contentType(MediaType.APPLICATION_JSON);
    if (stale) {
      answer.header(Headers.STALE, "true");
    }
    return answer.bodyValue(Json.MAPPER.writeValueAsBytes(body));
  }

  /** What must not be hidden behind the areas that could be read: refusals first. */
  static Optional<ShardResponse> worst(List<Read> reads) {
    List<ShardResponse> bad =
        reads.stream()
            .map(Read::response)
            .filter(response -> response.status() != 200 && response.status() != 404)
            .toList();
    return bad.stream()
        .filter(response -> response.status() < 500)
        .findFirst()
        .or(() -> bad.stream().findFirst());
  }

  static Mono<ServerResponse> passOn(ShardResponse response) {
    if (response.status() < 400) {
      return dev.kintsugi.kit.Problems.respond(
          Problem.unavailable("A node answered what was not asked.", Duration.ofSeconds(1)));
    }
    return ServerResponse.status(response.status())
        .headers(to -> Headers.toCaller(response, to))
        .bodyValue(response.body());
  }
}
