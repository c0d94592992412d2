package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardRequest;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.log.activity.Activity;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.util.UriUtils;
import reactor.core.publisher.Mono;

/** Turns a checked public request about one slot into the request to the slot's owner. */
final class OneShardPlans {

  /**
   * A request that may be sent, and whose activity it is once it was answered with success.
   *
   * @param user empty where nobody's activity is known
   */
  record Plan(ShardRequest request, Optional<UserId> user, String kind) {}

  private final Names names;
  private final Entitlement entitlement;
  private final Placements placements;

  OneShardPlans(Names names, Entitlement entitlement, Placements placements) {
    this.names = names;
    this.entitlement = entitlement;
    this.placements = placements;
  }

  /** The plan of a request; a bad one ends in a problem. */
  Mono<Plan> plan(
      PublicCall call, Caller caller, ServerHttpRequest request, Map<String, String> variables) {
    return switch (call) {
      case NEW_SESSION -> JsonBody.object(request).map(body -> newSession(caller, request, body));
      case SESSION -> Mono.just(session(caller, request, variables));
      case AREA -> area(caller, request, variables);
      case USER_SESSIONS -> Mono.just(userSessions(caller, request, variables));
      case AREAS, EVENTS -> throw new IllegalArgumentException(call + " spans areas");
    };
  }

  private Plan newSession(Caller caller, ServerHttpRequest request, byte[] body) {
    NewSession session = NewSession.read(body, names);
    session.user().ifPresent(user -> entitlement.check(caller, user));
    Optional<UserId> user = session.user().or(() -> user(caller));
    Optional<String> key = Headers.idempotencyKey(request.getHeaders());
    PlacementKey placement =
        user.map(known -> entitlement.placement(caller, known))
            .orElseGet(() -> placements.withoutUser(caller.application(), key));
    SlotId slot = names.areas().session().slotOf(placement);
    ShardRequest.Builder builder =
        to(slot, request, "/v1/sessions").body(MediaType.APPLICATION_JSON_VALUE, body);
    if (user.isEmpty()) {
      builder.header(Headers.PLACEMENT, placement.toString());
    }
    return new Plan(builder.build(), user, Activity.SESSION_CREATE);
  }

  private Plan session(Caller caller, ServerHttpRequest request, Map<String, String> variables) {
    SessionId session = session(caller, variables);
    SlotId slot = names.areas().slotOf(Area.SESSION, session);
    ShardRequest built = to(slot, request, "/v1/sessions/" + session).build();
    return new Plan(built, user(caller), sessionKind(request));
  }

  private Mono<Plan> area(Caller caller, ServerHttpRequest request, Map<String, String> variables) {
    SessionId session = session(caller, variables);
    Area area = names.area(variables.getOrDefault("area", ""));
    SlotId slot = names.areas().slotOf(area, session);
    ShardRequest.Builder builder = to(slot, request, "/v1/sessions/" + session + "/areas/" + area);
    String kind = isGet(request) ? Activity.read(area) : Activity.write(area);
    if (isGet(request)) {
      Headers.seen(request.getHeaders(), builder);
    }
    boolean hasBody =
        request.getMethod().equals(HttpMethod.PUT) || request.getMethod().equals(HttpMethod.PATCH);
    if (!hasBody) {
      return Mono.just(new Plan(builder.build(), user(caller), kind));
    }
    String type =
        request.getMethod().equals(HttpMethod.PATCH)
            ? JsonBody.MERGE_PATCH.toString()
            : MediaType.APPLICATION_JSON_VALUE;
    return JsonBody.object(request)
        .map(body -> new Plan(builder.body(type, body).build(), user(caller), kind));
  }

  private Plan userSessions(
      Caller caller, ServerHttpRequest request, Map<String, String> variables) {
    UserId user = names.user(variables.getOrDefault("userId", ""));
    entitlement.check(caller, user);
    SlotId slot = names.areas().session().slotOf(entitlement.placement(caller, user));
    String segment = UriUtils.encode(user.value(), StandardCharsets.UTF_8);
    ShardRequest built = to(slot, request, "/v1/users/" + segment + "/sessions").build();
    return new Plan(built, Optional.of(user), sessionKind(request));
  }

  private SessionId session(Caller caller, Map<String, String> variables) {
    SessionId session = names.session(variables.getOrDefault("sid", ""));
    entitlement.check(caller, session);
    return session;
  }

  private static ShardRequest.Builder to(SlotId slot, ServerHttpRequest request, String path) {
    ShardRequest.Builder builder = Headers.request(slot, request.getMethod().name(), path);
    Headers.toNode(request.getHeaders(), builder);
    if (!isGet(request)) {
      Headers.idempotencyKey(request.getHeaders(), builder);
    }
    return builder;
  }

  private static boolean isGet(ServerHttpRequest request) {
    return request.getMethod().equals(HttpMethod.GET);
  }

  private static String sessionKind(ServerHttpRequest request) {
    return isGet(request) ? Activity.SESSION_READ : Activity.SESSION_END;
  }

  private static Optional<UserId> user(Caller caller) {
    return caller instanceof Caller.EndUser own ? Optional.of(own.user()) : Optional.empty();
  }
}
