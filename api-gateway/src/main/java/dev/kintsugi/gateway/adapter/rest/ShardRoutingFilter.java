package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardCalls;
import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Callers;
import dev.kintsugi.kit.Problems;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Routes with the scheme {@code shard} go to the owner of their slot: found in the shard map,
 * parked while the slot moves, replayed where its owner fell silent.
 */
final class ShardRoutingFilter implements GlobalFilter, Ordered {

  /** The scheme of routes that this filter takes; the route's id names the {@link PublicCall}. */
  static final String SCHEME = "shard";

  private final OneShardPlans plans;
  private final Redirects redirects;
  private final ShardCalls calls;
  private final Activities activities;

  ShardRoutingFilter(
      OneShardPlans plans, Redirects redirects, ShardCalls calls, Activities activities) {
    this.plans = plans;
    this.redirects = redirects;
    this.calls = calls;
    this.activities = activities;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    Route route = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    if (route == null
        || !SCHEME.equals(route.getUri().getScheme())
        || ServerWebExchangeUtils.isAlreadyRouted(exchange)) {
      return chain.filter(exchange);
    }
    ServerWebExchangeUtils.setAlreadyRouted(exchange);
    PublicCall call = PublicCall.valueOf(route.getId());
    call.requireMethod(exchange.getRequest().getMethod());
    return Callers.current(exchange)
        .switchIfEmpty(Mono.error(() -> Problems.unauthorized().asException()))
        .flatMap(caller -> carryOut(call, caller, exchange));
  }

  private Mono<Void> carryOut(PublicCall call, Caller caller, ServerWebExchange exchange) {
    Instant at = activities.time(exchange.getRequest().getHeaders());
    return plans
        .plan(
            call,
            caller,
            exchange.getRequest(),
            ServerWebExchangeUtils.getUriTemplateVariables(exchange))
        .flatMap(plan -> {
          Optional<URI> elsewhere =
              redirects.of(call, plan.request().slot(), exchange.getRequest());
          if (elsewhere.isPresent()) {
            // The owner reports what was done; whoever does not get there comes back.
            return sendOn(exchange.getResponse(), elsewhere.get());
          }
          return Mono.fromFuture(() -> calls.call(plan.request()))
              .doOnNext(response -> {
                if (HttpStatusCode.valueOf(response.status()).is2xxSuccessful()) {
                  plan.user().ifPresent(user -> activities.report(caller, user, plan.kind(), at));
                }
              })
              .flatMap(response -> write(exchange.getResponse(), response));
        });
  }

  private Mono<Void> sendOn(ServerHttpResponse to, URI location) {
    to.setStatusCode(HttpStatus.TEMPORARY_REDIRECT);
    to.getHeaders().setLocation(location);
    to.getHeaders().setCacheControl(CacheControl.noStore());
    to.getHeaders().set(Headers.MAP_VERSION, calls.mapVersion().toString());
    to.getHeaders().setContentLength(0);
    return to.setComplete();
  }

  /** Passes an answer on. */
  static Mono<Void> write(ServerHttpResponse to, ShardResponse response) {
    to.setRawStatusCode(response.status());
    Headers.toCaller(response, to.getHeaders());
    byte[] body = response.body();
    if (response.status() == HttpStatus.NO_CONTENT.value() || body.length == 0) {
      to.getHeaders().setContentLength(0);
      return to.setComplete();
    }
    to.getHeaders().setContentLength(body.length);
    return to.writeWith(Mono.fromSupplier(() -> to.bufferFactory().wrap(body)));
  }

  /** First: what the other filters prepare for the call of a service is not needed. */
  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }
}
