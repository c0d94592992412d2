package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Callers;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.ProblemException;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.runtime.GrantDesk;
import dev.kintsugi.tokens.runtime.Providers;
import dev.kintsugi.tokens.runtime.TokenAnswer;
import dev.kintsugi.tokens.runtime.TokenAnswer.Source;
import dev.kintsugi.tokens.runtime.TokenDesk;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Grants over HTTP. A grant belongs to the application that stored it; its user may read it as
 * well; to everybody else it does not exist.
 */
@RestController
@RequestMapping("/v1/grants/{id}")
public final class GrantsController {

  private static final int MAX_BODY_BYTES = 64 * 1024;
  private static final String STALL = "Token-Stall";
  private static final String CACHED = "Token-Cached";

  private final TokenDesk tokens;
  private final GrantDesk grants;
  private final Providers providers;
  private final VirtualThreads threads;

  public GrantsController(
      TokenDesk tokens, GrantDesk grants, Providers providers, VirtualThreads threads) {
    this.tokens = tokens;
    this.grants = grants;
    this.providers = providers;
    this.threads = threads;
  }

  /** Stores a grant; the same refresh token handed in again changes no token. */
  @PutMapping
  Mono<ResponseEntity<Map<String, Object>>> put(
      @PathVariable String id, ServerWebExchange exchange) {
    return application(exchange)
        .map(caller -> key(caller, id))
        .flatMap(key ->
            Bodies.read(exchange.getRequest(), MAX_BODY_BYTES)
                .map(bytes -> GrantBody.read(bytes, providers))
                .flatMap(body -> threads.run(HttpMethod.PUT, () -> stored(key, body))));
  }

  private ResponseEntity<Map<String, Object>> stored(GrantKey key, Submission body) {
    GrantDesk.Put put =
        grants
            .put(key, body)
            .orElseThrow(() ->
                Problem.unavailable(
                        "The grant is being changed by others; try again.", Duration.ofSeconds(1))
                    .asException());
    return ResponseEntity.status(put.created() ? HttpStatus.CREATED : HttpStatus.OK)
        .cacheControl(CacheControl.noStore())
        .contentType(MediaType.APPLICATION_JSON)
        .body(facts(put.grant()));
  }

  @GetMapping
  Mono<ResponseEntity<Map<String, Object>>> facts(
      @PathVariable String id, ServerWebExchange exchange) {
    return caller(exchange)
        .flatMap(caller ->
            threads.run(HttpMethod.GET, () -> grants.facts(key(caller, id), only(caller))))
        .map(found -> {
          GrantDesk.Facts facts = found.orElseThrow(GrantsController::unknown);
          return ResponseEntity.ok()
              .cacheControl(CacheControl.noStore())
              .contentType(MediaType.APPLICATION_JSON)
              .body(facts(facts));
        });
  }

  @GetMapping("/access-token")
  Mono<ResponseEntity<Map<String, Object>>> accessToken(
      @PathVariable String id, ServerWebExchange exchange) {
    return caller(exchange)
        .flatMap(caller ->
            threads.run(
                HttpMethod.GET,
                () ->
                    tokens.accessToken(
                        key(caller, id), only(caller), RefusedToken.generation(exchange))))
        .map(GrantsController::answered);
  }

  @DeleteMapping
  Mono<ResponseEntity<Void>> delete(@PathVariable String id, ServerWebExchange exchange) {
    return application(exchange)
        .map(caller -> key(caller, id))
        .flatMap(key ->
            threads.run(
                HttpMethod.DELETE,
                () -> {
                  grants.delete(key);
                  return ResponseEntity.noContent().build();
                }));
  }

  private static ResponseEntity<Map<String, Object>> answered(TokenAnswer answer) {
    return switch (answer) {
      case TokenAnswer.Token(AccessToken token, UserId user, long generation, Source source) -> {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("accessToken", token.value().value());
        body.put("userId", user.value());
        body.put("expiresAt", token.expiresAt().toString());
        body.put("generation", generation);
        ResponseEntity.BodyBuilder response =
            ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.APPLICATION_JSON);
        switch (source) {
          case STORE -> {}
          case STALL -> response.header(STALL, "true");
          case MEMORY -> response.header(CACHED, "true");
        }
        yield response.body(body);
      }
      case TokenAnswer.NotFound _ -> throw unknown();
      case TokenAnswer.Dead(String reason) ->
          throw Problem.refused(
                  HttpStatus.GONE,
                  "The grant is of no use any more (" + reason + "): the user must sign in again.")
              .asException();
      case TokenAnswer.TooSoon(Duration retryAfter) ->
          throw Problem.refused(
                  HttpStatus.TOO_MANY_REQUESTS,
                  "A token of this grant was renewed a moment ago because it was refused.")
              .withHeader(
                  HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, retryAfter.toSeconds())))
              .asException();
      case TokenAnswer.Later(String reason, Duration retryAfter, boolean stalled) -> {
        Problem problem =
            Problem.unavailable("No token at the moment: " + reason + ".", retryAfter);
        throw (stalled ? problem.withHeader(STALL, "true") : problem).asException();
      }
    };
  }

  private static Map<String, Object> facts(GrantDesk.Facts facts) {
    Map<String, Object> body = facts(facts.grant());
    body.put("lastUsedAt", facts.lastUsed().toString());
    facts.countsUntil().ifPresent(at -> body.put("effectiveExpiresAt", at.toString()));
    return body;
  }

  private static Map<String, Object> facts(Grant grant) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", grant.key().id().value());
    body.put("userId", grant.user().value());
    body.put("provider", grant.provider());
    body.put("scope", grant.scope());
    body.put("state", grant.isDead() ? "dead" : "live");
    grant.deadReason().ifPresent(reason -> body.put("deadReason", reason));
    body.put("refreshable", grant.isRefreshable());
    body.put("generation", grant.generation());
    grant
        .access()
        .ifPresent(token -> body.put("accessTokenExpiresAt", token.expiresAt().toString()));
    if (!grant.idleTimeout().isZero()) {
      body.put("idleTimeout", grant.idleTimeout().toString());
    }
    grant.sessionEndsAt().ifPresent(at -> body.put("sessionEndsAt", at.toString()));
    return body;
  }

  private static Mono<Caller> caller(ServerWebExchange exchange) {
    return Callers.current(exchange)
        .switchIfEmpty(Mono.error(() -> Problems.unauthorized().asException()));
  }

  private static Mono<Caller> application(ServerWebExchange exchange) {
    return caller(exchange)
        .map(caller ->
            switch (caller) {
              case Caller.Application application -> application;
              case Caller.EndUser _ ->
                  throw Problem.refused(
                          HttpStatus.FORBIDDEN, "Only an application may store and delete grants.")
                      .asException();
            });
  }

  private static Optional<UserId> only(Caller caller) {
    return switch (caller) {
      case Caller.Application _ -> Optional.empty();
      case Caller.EndUser endUser -> Optional.of(endUser.user());
    };
  }

  private static GrantKey key(Caller caller, String id) {
    try {
      return new GrantKey(caller.application(), new GrantId(id));
    } catch (IllegalArgumentException malformed) {
      throw Problems.malformed("A grant id must be 1 to 128 characters of A-Z a-z 0-9 _ -.")
          .asException();
    }
  }

  private static ProblemException unknown() {
    return Problem.refused(HttpStatus.NOT_FOUND, "There is no such grant.").asException();
  }
}
