package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.gateway.runtime.StreamPlaces;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Gives a stream's place back when its exchange ends, however it ends. */
final class PlaceRelease implements WebFilter, Ordered {

  private static final String ATTRIBUTE = PlaceRelease.class.getName();

  /**
   * The place of one exchange, which may end on one thread while the place is taken on another.
   * Thread-safe.
   */
  static final class Holder {
    private Optional<StreamPlaces.Place> held = Optional.empty();
    private boolean ended;

    /** Keeps the place until the end; gives it back at once if that is over. */
    synchronized void hold(StreamPlaces.Place place) {
      if (ended) {
        place.close();
      } else {
        held = Optional.of(place);
      }
    }

    synchronized void end() {
      ended = true;
      held.ifPresent(StreamPlaces.Place::close);
    }
  }

  /** Has the place closed at the end of the exchange. */
  static void atEnd(ServerWebExchange exchange, StreamPlaces.Place place) {
    exchange.<Holder>getRequiredAttribute(ATTRIBUTE).hold(place);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    Holder holder = new Holder();
    exchange.getAttributes().put(ATTRIBUTE, holder);
    return chain.filter(exchange).doFinally(_ -> holder.end());
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 15;
  }
}
