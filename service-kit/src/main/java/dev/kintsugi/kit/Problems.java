package dev.kintsugi.kit;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

/** Turns problems into answers, and exceptions into problems. Thread-safe. */
public final class Problems {

  private Problems() {}

  /** The problem that an exception means to a caller; empty for one that only a bug explains. */
  public static Optional<Problem> of(Throwable error) {
    return Optional.ofNullable(
        switch (unwrapped(error)) {
          case ProblemException known -> known.problem();
          case DataBufferLimitException _ -> tooLarge();
          case AuthenticationServiceException _ ->
              Problem.unavailable(
                  "The identity provider cannot be asked for its keys right now; try again.",
                  Duration.ofSeconds(1));
          case AuthenticationException _ -> unauthorized();
          case AccessDeniedException _ -> forbidden();
          case ResponseStatusException answer -> of(answer);
          case JacksonException _ -> malformed("The body is not valid JSON.");
          case DecodingException _ -> malformed("The body cannot be read.");
          default -> null;
        });
  }

  private static Throwable unwrapped(Throwable error) {
    Throwable at = error;
    while ((at instanceof CompletionException || at instanceof ExecutionException)
        && at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }

  private static @Nullable Problem of(ResponseStatusException answer) {
    HttpStatus status = HttpStatus.resolve(answer.getStatusCode().value());
    if (status == null || status == HttpStatus.INTERNAL_SERVER_ERROR || !status.isError()) {
      return null;
    }
    if (hasCause(answer, DataBufferLimitException.class)) {
      return tooLarge();
    }
    Problem problem =
        switch (status) {
          case BAD_REQUEST -> malformed(detailOf(answer));
          case NOT_FOUND -> Problem.refused(status, "There is nothing at this path.");
          case METHOD_NOT_ALLOWED ->
              Problem.refused(status, "The path does not know this method; see Allow.");
          case UNSUPPORTED_MEDIA_TYPE ->
              Problem.refused(status, "The body's media type is not understood; see Accept.");
          case NOT_ACCEPTABLE ->
              Problem.refused(status, "No representation fits the request's Accept.");
          case CONTENT_TOO_LARGE -> tooLarge();
          case SERVICE_UNAVAILABLE ->
              Problem.unavailable("The service cannot answer right now.", Duration.ofSeconds(1));
          case GATEWAY_TIMEOUT -> Problem.unknown("No answer came in time.");
          default ->
              new Problem(status, status.getReasonPhrase() + ".", Optional.empty(), Map.of());
        };
    for (var header : answer.getHeaders().toSingleValueMap().entrySet()) {
      problem = problem.withHeader(header.getKey(), header.getValue());
    }
    return problem;
  }

  private static String detailOf(ResponseStatusException answer) {
    return hasCause(answer, JacksonException.class)
        ? "The body is not valid JSON of the expected form."
        : "The request is malformed.";
  }

  private static boolean hasCause(Throwable error, Class<? extends Throwable> type) {
    Throwable at = error;
    for (int depth = 0; at != null && depth < 8; depth++) {
      if (type.isInstance(at)) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }

  public static Problem malformed(String detail) {
    return Problem.refused(HttpStatus.BAD_REQUEST, detail);
  }

  public static Problem tooLarge() {
    return Problem.refused(
        HttpStatus.CONTENT_TOO_LARGE, "The body is larger than this path accepts.");
  }

  public static Problem unauthorized() {
    return Problem.refused(
            HttpStatus.UNAUTHORIZED, "A valid bearer token of the configured issuer is required.")
        .withHeader("WWW-Authenticate", "Bearer");
  }

  public static Problem forbidden() {
    return Problem.refused(HttpStatus.FORBIDDEN, "The caller may not do this.");
  }

  /** The problem of a bug or a broken part; of a write, nobody knows whether it happened. */
  static Problem internal(HttpMethod method) {
    boolean safe = HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method);
    return new Problem(
        HttpStatus.INTERNAL_SERVER_ERROR,
        "The service failed; the request may be repeated under the same Idempotency-Key.",
        Optional.of(safe ? Outcome.REFUSED : Outcome.UNKNOWN),
        Map.of());
  }

  /** Answers an exchange with a problem; an error if the answer has already begun. */
  public static Mono<Void> write(ServerWebExchange exchange, Problem problem) {
    ServerHttpResponse response = exchange.getResponse();
    if (response.isCommitted()) {
      return Mono.error(problem.asException());
    }
    response.setStatusCode(problem.status());
    problem.headers().forEach(response.getHeaders()::set);
    response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON);
    byte[] body = Json.MAPPER.writeValueAsBytes(problem.body());
    response.getHeaders().setContentLength(body.length);
    if (HttpMethod.HEAD.equals(exchange.getRequest().getMethod())) {
      return response.setComplete();
    }
    return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
  }

  /** A problem as the answer of a functional handler. */
  public static Mono<ServerResponse> respond(Problem problem) {
    ServerResponse.BodyBuilder answer =
        ServerResponse.status(problem.status()).contentType(MediaType.APPLICATION_PROBLEM_JSON);
    problem.headers().forEach(answer::header);
    return answer.bodyValue(Json.MAPPER.writeValueAsBytes(problem.body()));
  }
}
