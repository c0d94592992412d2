package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Callers;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.node.runtime.life.Deadline;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpResponse;
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
   * Writes an answer out as Spring would write what a handler returns, without asking its writers
   * and converters who may: with the length told, and 304 where the client has that version, unless
   * nobody can tell whether it is the newest.
   */
  static Mono<Void> answer(ServerWebExchange exchange, Reply reply) {
    ServerHttpResponse response = exchange.getResponse();
    HttpHeaders headers = response.getHeaders();
    response.setStatusCode(reply.status());
    reply.headers().forEach(headers::set);
    if (reply.body().isEmpty() || hasThatVersion(exchange, reply.headers())) {
      return response.setComplete();
    }
    byte[] body = reply.body().get();
    headers.setContentLength(body.length);
    return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
  }

  private static boolean hasThatVersion(ServerWebExchange exchange, Map<String, String> answer) {
    HttpMethod method = exchange.getRequest().getMethod();
    String tag = answer.get(HttpHeaders.ETAG);
    return tag != null
        && !answer.containsKey(Replies.STALE)
        && (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))
        && exchange.checkNotModified(tag);
  }

  /**
   * The result of work that goes on when the client has gone: a write under way is not taken back.
   */
  static <T> Mono<T> await(Supplier<CompletableFuture<T>> work) {
    return Mono.defer(() -> Mono.fromFuture(work.get(), true));
  }
}
