package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.ProblemException;
import dev.kintsugi.kit.Problems;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Keeps bad grant ids from the token service, and says truly what became of a request when that
 * service cannot be reached or falls silent.
 */
final class GrantProblems implements GatewayFilter, Ordered {

  private static final Pattern GRANT_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
    String id = ServerWebExchangeUtils.getUriTemplateVariables(exchange).getOrDefault("id", "");
    if (!GRANT_ID.matcher(id).matches()) {
      return Mono.error(
          Problems.malformed("A grant id consists of 1 to 128 base64url characters.")
              .asException());
    }
    HttpMethod method = exchange.getRequest().getMethod();
    return chain.filter(exchange).onErrorMap(failure -> translated(failure, method));
  }

  static Throwable translated(Throwable failure, HttpMethod method) {
    if (failure instanceof ProblemException) {
      return failure;
    }
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ConnectException || at instanceof UnknownHostException) {
        return unavailable();
      }
      if (at instanceof TimeoutException || at instanceof IOException || isTimeout(at)) {
        return HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method)
            ? unavailable()
            : Problem.unknown("The token service did not answer; it may or may not have happened.")
                .asException();
      }
    }
    return failure;
  }

  private static boolean isTimeout(Throwable failure) {
    return failure instanceof ResponseStatusException answer
        && answer.getStatusCode().isSameCodeAs(HttpStatus.GATEWAY_TIMEOUT);
  }

  private static ProblemException unavailable() {
    return Problem.unavailable(
            "The token service cannot be reached; repeat the request.", Duration.ofSeconds(1))
        .asException();
  }

  /** Around the filters that call. */
  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE;
  }
}
