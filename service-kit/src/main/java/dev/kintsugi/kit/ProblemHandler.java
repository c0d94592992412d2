package dev.kintsugi.kit;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/** Answers every request that ended in an exception with a problem document. */
final class ProblemHandler implements WebExceptionHandler, Ordered {

  private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
    if (exchange.getResponse().isCommitted()) {
      return Mono.error(error);
    }
    HttpMethod method = exchange.getRequest().getMethod();
    Optional<Problem> known = Problems.of(error);
    if (known.isEmpty()) {
      LOG.error("{} {} failed", method, exchange.getRequest().getPath(), error);
    }
    return Problems.write(exchange, known.orElseGet(() -> Problems.internal(method)));
  }

  /** Before Spring Boot's own, which stands at -1. */
  @Override
  public int getOrder() {
    return -2;
  }
}
