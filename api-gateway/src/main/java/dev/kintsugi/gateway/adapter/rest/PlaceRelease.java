package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.gateway.runtime.StreamPlaces;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Gives a stream's place back when its exchange ends, however it ends. */
final class PlaceRelease implements WebFilter, Ordered {

  private static final String ATTRIBUTE = PlaceRelease.class.getName();

  /** Has the place closed at the end of the exchange. */
  static void atEnd(ServerWebExchange exchange, StreamPlaces.Place place) {
    exchange.getAttributes().put(ATTRIBUTE, place);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    return chain
        .filter(exchange)
        .doFinally(_ -> {
          if (exchange.getAttribute(ATTRIBUTE) instanceof StreamPlaces.Place place) {
            place.close();
          }
        });
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 15;
  }
}
