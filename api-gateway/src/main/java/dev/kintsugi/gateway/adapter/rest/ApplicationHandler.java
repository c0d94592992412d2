package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.gateway.domain.ApplicationRoute;
import dev.kintsugi.gateway.domain.PatchResult;
import dev.kintsugi.gateway.domain.PatchResult.AreaResult;
import dev.kintsugi.gateway.runtime.StateSigner;
import dev.kintsugi.gateway.runtime.Upstreams;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Callers;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.log.activity.Activity;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A request for an upstream application: the session is rebuilt from the areas that the route
 * needs, the upstream answers with the signed state and an access token in its hands, and what it
 * wants changed is written before the client gets its answer. Thread-safe.
 *
 * <pre>
 *  facts ──► token ──┐
 *  area, area, … ────┴──► sign ──► upstream ──► PATCH, PATCH, … ──► answer
 * </pre>
 */
final class ApplicationHandler {
  /*
   * From the moment an upstream is told to change something, the exchange goes on also when the
   * client is gone: its patch must not get lost half-way. One that is only asked to show something
   * is not waited for then, but once it has answered with a patch, that patch is written to all its
   * areas or to none, as far as it lies with us. Each step has a deadline of its own, so what goes
   * on ends.
   */

  /** The header with the signed state. */
  static final String STATE = "kintsugi-session";

  private static final int LARGEST_BODY = JsonBody.MAX_BYTES;

  /** The parts that a handler is made of. */
  record Parts(
      Names names,
      Entitlement entitlement,
      SessionCalls calls,
      SessionStates states,
      Activities activities,
      StateSigner signer,
      Upstreams upstreams,
      InstantSource clock) {}

  private record Asked(
      ApplicationRoute route,
      ApplicationRequest request,
      Caller caller,
      Instant at,
      @SuppressWarnings("ArrayRecordComponent") byte[] body) {}

  private final RouteTable table;
  private final Parts parts;
  private final StateClaims claims;
  private final int maxStateCharacters;
  private final int maxPatchCharacters;

  ApplicationHandler(
      RouteTable table,
      Parts parts,
      StateClaims claims,
      int maxStateCharacters,
      int maxPatchCharacters) {
    this.table = table;
    this.parts = parts;
    this.claims = claims;
    this.maxStateCharacters = maxStateCharacters;
    this.maxPatchCharacters = maxPatchCharacters;
  }

  /** Whether the handler takes a request. */
  boolean takes(ServerRequest request) {
    return table.knows(request.requestPath().pathWithinApplication());
  }

  Mono<ServerResponse> handle(ServerRequest request) {
    return switch (table.match(request.requestPath().pathWithinApplication(), request.method())) {
      case RouteTable.Match.Found(ApplicationRoute route) ->
          Callers.current(request.exchange())
              .switchIfEmpty(Mono.error(() -> Problems.unauthorized().asException()))
              .flatMap(caller -> serve(route, caller, request));
      case RouteTable.Match.OtherMethods(List<String> allowed) ->
          Problems.respond(
              Problem.refused(
                      HttpStatus.METHOD_NOT_ALLOWED,
                      "The path does not know this method; see Allow.")
                  .withHeader(HttpHeaders.ALLOW, String.join(", ", allowed)));
      case RouteTable.Match.None _ ->
          Problems.respond(Problem.refused(HttpStatus.NOT_FOUND, "There is nothing at this path."));
    };
  }

  private Mono<ServerResponse> serve(ApplicationRoute route, Caller caller, ServerRequest from) {
    var raw = from.exchange().getRequest();
    ApplicationRequest request = ApplicationRequest.read(raw, parts.names());
    parts.entitlement().check(caller, request.session());
    Instant at = parts.activities().time(request.headers());
    return Bodies.read(raw, LARGEST_BODY)
        .map(body -> new Asked(route, request, caller, at, body))
        .flatMap(asked ->
            parts
                .states()
                .read(route, request.session(), request.headers())
                .flatMap(read ->
                    switch (read) {
                      case SessionStates.Read.Known known -> call(asked, known);
                      case SessionStates.Read.PassOn(ShardResponse response) ->
                          AreasHandler.passOn(response);
                    }));
  }

  private Mono<ServerResponse> call(Asked asked, SessionStates.Read.Known known) {
    Upstreams.Call call = upstreamCall(asked, known.state(), known.accessToken());
    asked.route().areas().forEach(area -> report(asked, Activity.read(area)));
    Mono<ServerResponse> exchange =
        Mono.fromFuture(() -> parts.upstreams().call(call))
            .flatMap(answer -> withAnotherToken(asked, known, answer))
            .flatMap(answer -> finish(asked, known.state(), answer));
    return asked.request().safe() ? exchange : toItsEnd(exchange);
  }

  private Upstreams.Call upstreamCall(
      Asked asked, SessionState state, Optional<SessionStates.Held> token) {
    return new Upstreams.Call(
        asked.route().upstream(),
        asked.request().method(),
        asked.request().target().at(asked.route().upstream().origin()),
        headers(asked, state, token),
        asked.body());
  }

  /**
   * An upstream that refuses a token which has not ended makes it known, and is asked once more
   * with another one, if there is one and the request may be repeated.
   */
  private Mono<Upstreams.Answer> withAnotherToken(
      Asked asked, SessionStates.Read.Known known, Upstreams.Answer answer) {
    Optional<SessionStates.Held> refused =
        known
            .accessToken()
            .filter(token -> token.generation() > 0)
            .filter(_ -> UpstreamAnswers.refusesToken(answer));
    if (refused.isEmpty()) {
      return Mono.just(answer);
    }
    return parts
        .states()
        .insteadOf(refused.get(), asked.request().headers())
        .filter(_ -> asked.request().repeatable())
        .flatMap(token ->
            Mono.fromFuture(() ->
                parts.upstreams().call(upstreamCall(asked, known.state(), Optional.of(token)))))
        .defaultIfEmpty(answer);
  }

  /** The same steps, once begun: whoever waits for their end may go, and they go on. */
  private static <T> Mono<T> toItsEnd(Mono<T> steps) {
    return Mono.defer(() -> Mono.fromFuture(steps.toFuture(), true));
  }

  private Map<String, List<String>> headers(
      Asked asked, SessionState state, Optional<SessionStates.Held> token) {
    Map<String, List<String>> headers = new TreeMap<>(asked.request().passed());
    headers.put(STATE, List.of(signed(asked, state)));
    token.ifPresent(held -> headers.put("authorization", List.of("Bearer " + held.value())));
    return headers;
  }

  private String signed(Asked asked, SessionState state) {
    byte[] all =
        claims.of(
            state,
            asked.route().upstream(),
            asked.request().method(),
            asked.request().target(),
            parts.clock().instant(),
            UUID.randomUUID().toString());
    // Signed, the claims are a third longer: whatever cannot fit is not signed at all.
    String signed = all.length * 4L / 3 > maxStateCharacters ? "" : parts.signer().sign(all);
    if (signed.isEmpty() || signed.length() > maxStateCharacters) {
      throw Problem.refused(
              HttpStatus.CONTENT_TOO_LARGE,
              "The session's %s are too large for this path: %d bytes, of which %d can be handed on."
                  .formatted(asked.route().areas(), all.length, maxStateCharacters / 4L * 3))
          .asException();
    }
    return signed;
  }

  private Mono<ServerResponse> finish(Asked asked, SessionState state, Upstreams.Answer answer) {
    boolean safe = asked.request().safe();
    return switch (answer) {
      case Upstreams.Answer.Failed(Upstreams.Failure why) ->
          Problems.respond(UpstreamAnswers.failed(why, safe));
      case Upstreams.Answer.Answered answered -> {
        Optional<SortedMap<Area, AreaPatches.AreaPatch>> patches = patches(asked, answered);
        yield patches.isEmpty()
            ? Problems.respond(UpstreamAnswers.badPatch(safe))
            : toItsEnd(apply(asked, state, patches.get()))
                .flatMap(result ->
                    result.isComplete()
                        ? UpstreamAnswers.passOn(answered, asked.route().upstream(), result)
                        : UpstreamAnswers.incomplete(result, answered.status(), safe));
      }
    };
  }

  private Optional<SortedMap<Area, AreaPatches.AreaPatch>> patches(
      Asked asked, Upstreams.Answer.Answered answered) {
    List<String> headers =
        answered.headers().entrySet().stream()
            .filter(header -> header.getKey().equalsIgnoreCase(AreaPatches.HEADER))
            .flatMap(header -> header.getValue().stream())
            .toList();
    try {
      return Optional.of(AreaPatches.parse(headers, asked.route().areas(), maxPatchCharacters));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Mono<PatchResult> apply(
      Asked asked, SessionState state, SortedMap<Area, AreaPatches.AreaPatch> patches) {
    return Flux.fromIterable(patches.entrySet())
        .flatMap(
            patch ->
                apply(asked, state, patch.getKey(), patch.getValue())
                    .map(result -> Map.entry(patch.getKey(), result)),
            Math.max(1, patches.size()))
        .collectMap(Map.Entry::getKey, Map.Entry::getValue)
        .map(results -> new PatchResult(results));
  }

  private Mono<AreaResult> apply(
      Asked asked, SessionState state, Area area, AreaPatches.AreaPatch patch) {
    ShardVersion seen = patch.ifMatch().orElse(state.version(area));
    ApplicationRequest request = asked.request();
    return parts
        .calls()
        .patch(request.session(), area, seen, patch.body(), request.headers())
        .map(ApplicationHandler::result)
        .doOnNext(result -> {
          if (result instanceof AreaResult.Applied) {
            report(asked, Activity.write(area));
          }
        });
  }

  private static AreaResult result(ShardResponse response) {
    if (response.status() / 100 != 2) {
      return PatchResult.refusal(response.status());
    }
    return response
        .headers()
        .firstValue(HttpHeaders.ETAG)
        .filter(tag -> tag.matches("\"[0-9]{1,18}\""))
        .<AreaResult>map(tag ->
            new AreaResult.Applied(
                new ShardVersion(Long.parseLong(tag.substring(1, tag.length() - 1)))))
        .orElseGet(() -> PatchResult.refusal(502));
  }

  private void report(Asked asked, String kind) {
    parts.activities().report(asked.caller(), kind, asked.at());
  }
}
