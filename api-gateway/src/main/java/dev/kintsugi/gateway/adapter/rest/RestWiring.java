package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardCalls;
import dev.kintsugi.gateway.runtime.StreamPlaces;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Callers;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.InternalSecret;
import dev.kintsugi.kit.OpenPaths;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.log.activity.ActivityOutbox;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.cloud.gateway.support.RouteMetadataUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The public API: routes of one slot and of the token service, handlers of what spans areas. */
@Configuration(proxyBeanMethods = false)
public class RestWiring {

  /**
   * What the edge is told.
   *
   * @param tokenService base URL
   * @param tokenServiceTimeout for its answer to begin
   * @param pollWait of one long poll of an event stream
   * @param heartbeat between comments on an event stream
   * @param redirect patterns of paths whose callers are sent on to the owner
   */
  public record EdgeSettings(
      URI tokenService,
      Duration tokenServiceTimeout,
      Duration pollWait,
      Duration heartbeat,
      boolean trustActivityTime,
      List<String> redirect) {}

  private static final int CONNECT_TIMEOUT_MILLIS = 300;
  private static final MediaType YAML = new MediaType("application", "yaml");

  private final Sinks.One<Void> closing = Sinks.one();

  /** Event streams end before the server waits for requests under way. */
  @EventListener(ContextClosedEvent.class)
  void onClosed() {
    var _ = closing.tryEmitEmpty();
  }

  @Bean
  BodyLimit bodyLimit() {
    return new BodyLimit();
  }

  @Bean
  PlaceRelease placeRelease() {
    return new PlaceRelease();
  }

  @Bean
  OpenPaths openApiPath() {
    return new OpenPaths(List.of("/openapi.yaml"));
  }

  @Bean
  Names names(ClusterProperties cluster) {
    return new Names(cluster.areas());
  }

  @Bean
  Entitlement entitlement(ClusterProperties cluster) {
    return new Entitlement(cluster.slotHash());
  }

  @Bean
  Activities activities(ActivityOutbox outbox, EdgeSettings settings) {
    return new Activities(outbox, Clock.systemUTC(), settings.trustActivityTime());
  }

  @Bean
  GlobalFilter shardRouting(
      ClusterProperties cluster,
      Names names,
      Entitlement entitlement,
      ShardCalls calls,
      Activities activities,
      EdgeSettings settings) {
    Placements placements = new Placements(cluster.sessionIdKeyBytes());
    return new ShardRoutingFilter(
        new OneShardPlans(names, entitlement, placements),
        new Redirects(settings.redirect(), calls),
        calls,
        activities);
  }

  @Bean
  RouteLocator publicRoutes(RouteLocatorBuilder builder, EdgeSettings settings) {
    RouteLocatorBuilder.Builder routes = builder.routes();
    for (PublicCall call :
        List.of(
            // Routes are tried in this order: the most frequent first.
            PublicCall.AREA,
            PublicCall.NEW_SESSION,
            PublicCall.SESSION,
            PublicCall.USER_SESSIONS)) {
      routes.route(
          call.name(),
          route -> route.path(call.path()).uri(ShardRoutingFilter.SCHEME + "://owner"));
    }
    return routes
        .route(
            "grants",
            route ->
                route
                    .path("/v1/grants/{id}", "/v1/grants/{id}/access-token")
                    .filters(filters ->
                        filters
                            .removeRequestHeader(InternalSecret.HEADER)
                            .removeRequestHeader(HttpHeaders.COOKIE)
                            .filter(new GrantProblems()))
                    .metadata(RouteMetadataUtils.CONNECT_TIMEOUT_ATTR, CONNECT_TIMEOUT_MILLIS)
                    .metadata(
                        RouteMetadataUtils.RESPONSE_TIMEOUT_ATTR,
                        settings.tokenServiceTimeout().toMillis())
                    .uri(settings.tokenService()))
        .build();
  }

  @Bean
  RouterFunction<ServerResponse> spanningCalls(
      Names names,
      Entitlement entitlement,
      ShardCalls calls,
      Activities activities,
      StreamPlaces places,
      EdgeSettings settings) {
    SessionCalls sessionCalls = new SessionCalls(calls, names);
    AreasHandler areas = new AreasHandler(names, entitlement, sessionCalls, activities);
    EventsHandler events =
        new EventsHandler(
            names,
            entitlement,
            sessionCalls,
            places,
            new EventsHandler.Rhythm(settings.pollWait(), settings.heartbeat()),
            closing.asMono());
    return RouterFunctions.route()
        .route(
            RequestPredicates.path(PublicCall.AREAS.path()),
            request -> asCaller(PublicCall.AREAS, request, areas::handle))
        .route(
            RequestPredicates.path(PublicCall.EVENTS.path()),
            request -> asCaller(PublicCall.EVENTS, request, events::handle))
        .GET(
            "/openapi.yaml",
            request ->
                ServerResponse.ok()
                    .contentType(YAML)
                    .bodyValue(new ClassPathResource("openapi.yaml")))
        .build();
  }

  private static Mono<ServerResponse> asCaller(
      PublicCall call,
      ServerRequest request,
      BiFunction<Caller, ServerRequest, Mono<ServerResponse>> handler) {
    call.requireMethod(request.method());
    return Callers.current(request.exchange())
        .switchIfEmpty(Mono.error(() -> Problems.unauthorized().asException()))
        .flatMap(caller -> handler.apply(caller, request));
  }
}
