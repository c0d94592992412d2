package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.gateway.domain.ApplicationRoute;
import dev.kintsugi.gateway.domain.ApplicationRoute.TokenNeed;
import dev.kintsugi.gateway.runtime.GrantTokens;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.ProblemException;
import dev.kintsugi.kit.Problems;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Rebuilds what a route needs of a session: facts and areas from their owners, all at once, and an
 * access token as soon as the facts name the grant. Thread-safe.
 */
final class SessionStates {

  /** What reading ended in. */
  sealed interface Read {
    /** All there is. */
    record Known(SessionState state, Optional<Held> accessToken) implements Read {
      /** Without the token. */
      @Override
      public String toString() {
        return "Known[" + state.session() + ']';
      }
    }

    /** An owner refused, or none could be asked: the caller gets its answer. */
    record PassOn(ShardResponse response) implements Read {}
  }

  /**
   * An access token of a session's grant.
   *
   * @param user the session's, whose grant it is
   */
  record Held(String grant, String user, String value, long generation) {
    /** Without the token. */
    @Override
    public String toString() {
      return "Held[" + grant + ']';
    }
  }

  private record Facts(ShardResponse response, Optional<Held> accessToken) {}

  private final SessionCalls calls;
  private final GrantTokens tokens;

  SessionStates(SessionCalls calls, GrantTokens tokens) {
    this.calls = calls;
    this.tokens = tokens;
  }

  /** Reads; where there is no token although the route needs one, it ends in a problem. */
  Mono<Read> read(ApplicationRoute route, SessionId session, HttpHeaders headers) {
    Mono<Facts> facts =
        calls
            .facts(session, headers)
            .flatMap(response ->
                response.status() == 200
                    ? token(route, response, headers).map(token -> new Facts(response, token))
                    : Mono.just(new Facts(response, Optional.empty())));
    return Mono.zip(facts, AreasHandler.read(calls, session, route.areas(), headers))
        .flatMap(both -> stillThere(session, both.getT1(), both.getT2(), headers));
  }

  /**
   * An area that was not found was never written, or the session has ended since its facts were
   * read: they are read again.
   */
  private Mono<Read> stillThere(
      SessionId session, Facts facts, List<AreasHandler.Read> areas, HttpHeaders headers) {
    boolean missing = areas.stream().anyMatch(area -> area.response().status() == 404);
    if (!missing || facts.response().status() != 200) {
      return Mono.just(joined(session, facts, areas));
    }
    return calls
        .facts(session, headers)
        .map(again -> joined(session, new Facts(again, facts.accessToken()), areas));
  }

  private static Read joined(SessionId session, Facts facts, List<AreasHandler.Read> reads) {
    if (facts.response().status() != 200) {
      return new Read.PassOn(facts.response());
    }
    Optional<ShardResponse> failed = AreasHandler.worst(reads);
    if (failed.isPresent()) {
      return new Read.PassOn(failed.get());
    }
    Map<Area, SessionState.AreaState> areas = new TreeMap<>();
    for (AreasHandler.Read read : reads) {
      areas.put(
          read.area(),
          read.response().status() == 200
              ? state(AreaAnswer.read(read.response()))
              : SessionState.AreaState.neverWritten());
    }
    JsonNode known = Json.readStored(facts.response().body());
    boolean stale = Headers.isStale(facts.response());
    return new Read.Known(new SessionState(session, known, stale, areas), facts.accessToken());
  }

  private static SessionState.AreaState state(AreaAnswer answer) {
    return new SessionState.AreaState(
        answer.position().version(), answer.attributes(), answer.stale());
  }

  private Mono<Optional<Held>> token(
      ApplicationRoute route, ShardResponse facts, HttpHeaders headers) {
    JsonNode known = Json.readStored(facts.body());
    String grant = known.path("grantId").asString("");
    String user = known.path("userId").asString("");
    if (route.token() == TokenNeed.NONE || (grant.isEmpty() && !isRequired(route))) {
      return Mono.just(Optional.empty());
    }
    if (grant.isEmpty()) {
      return Mono.error(
          Problem.refused(
                  HttpStatus.FORBIDDEN,
                  "The application needs an access token, and the session was made without a grant.")
              .asException());
    }
    String authorization = authorization(headers);
    return Mono.fromFuture(() -> tokens.of(grant, OptionalLong.empty(), authorization))
        .map(answer -> Optional.of(held(grant, answer, user)));
  }

  /** Another token than one that an application refused; empty: there is none now. */
  Mono<Held> insteadOf(Held refused, HttpHeaders headers) {
    String authorization = authorization(headers);
    OptionalLong generation = OptionalLong.of(refused.generation());
    return Mono.fromFuture(() -> tokens.of(refused.grant(), generation, authorization))
        .flatMap(answer ->
            answer instanceof GrantTokens.Answer.Token token
                    && token.user().equals(refused.user())
                    && !token.value().equals(refused.value())
                ? Mono.just(held(refused.grant(), token, refused.user()))
                : Mono.empty());
  }

  private static String authorization(HttpHeaders headers) {
    return Headers.single(headers, HttpHeaders.AUTHORIZATION)
        .orElseThrow(() -> Problems.unauthorized().asException());
  }

  private static boolean isRequired(ApplicationRoute route) {
    return route.token() == TokenNeed.REQUIRED;
  }

  /**
   * The token, if it is the session's user's: whoever makes a session names its grant, and an
   * application may ask for the tokens of all its users.
   */
  private static Held held(String grant, GrantTokens.Answer answer, String user) {
    return switch (answer) {
      case GrantTokens.Answer.Token(String value, String owner, long generation)
          when owner.equals(user) ->
          new Held(grant, user, value, generation);
      case GrantTokens.Answer.Token _ ->
          throw refused(HttpStatus.FORBIDDEN, "The session's grant is another user's.");
      case GrantTokens.Answer.Unknown _ ->
          throw refused(HttpStatus.FORBIDDEN, "The session's grant is not known; store it again.");
      case GrantTokens.Answer.Ended _ ->
          throw Problem.refused(
                  HttpStatus.UNAUTHORIZED, "The session's grant has ended; the user must sign in.")
              .withHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
              .asException();
      case GrantTokens.Answer.Unauthorized _ -> throw Problems.unauthorized().asException();
      case GrantTokens.Answer.Away _ ->
          throw Problem.unavailable(
                  "No access token can be had for the application now; repeat the request.",
                  Duration.ofSeconds(1))
              .asException();
    };
  }

  private static ProblemException refused(HttpStatus status, String detail) {
    return Problem.refused(status, detail).asException();
  }
}
