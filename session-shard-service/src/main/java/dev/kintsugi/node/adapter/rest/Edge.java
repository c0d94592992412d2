package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Callers;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.node.runtime.life.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** What all handlers do alike. */
final class Edge {

  /** Of a body, before anything else looks at it. */
  static final int LARGEST_BODY = 1 << 20;

  /** How long a request may take here; the gateway's attempts are a little longer. */
  private static final Duration PATIENCE = Duration.ofMillis(2_500);

  private Edge() {}

  static Mono<Caller> caller(ServerWebExchange exchange) {
    return Callers.current(exchange)
        .switchIfEmpty(Mono.error(() -> Problems.unauthorized().asException()));
  }

  static Mono<byte[]> body(ServerWebExchange exchange) {
    return Bodies.read(exchange.getRequest(), LARGEST_BODY);
  }

  static Deadline deadline() {
    return Deadline.in(PATIENCE);
  }

  /**
   * The result of work that goes on when the client has gone: a write under way is not taken back.
   */
  static <T> Mono<T> await(Supplier<CompletableFuture<T>> work) {
    return Mono.defer(() -> Mono.fromFuture(work.get(), true));
  }
}
