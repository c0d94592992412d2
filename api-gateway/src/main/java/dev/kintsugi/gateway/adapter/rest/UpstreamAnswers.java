package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.gateway.domain.PassedHeaders;
import dev.kintsugi.gateway.domain.PatchResult;
import dev.kintsugi.gateway.domain.PatchResult.AreaResult;
import dev.kintsugi.gateway.domain.Upstream;
import dev.kintsugi.gateway.runtime.Upstreams.Answer;
import dev.kintsugi.gateway.runtime.Upstreams.Failure;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Outcome;
import dev.kintsugi.kit.Problem;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** What a client is told of an upstream's answer, or of its failure. */
final class UpstreamAnswers {

  /** Says which areas an answer's patch has changed: {@code settings=8, mailbox-list=3}. */
  static final String APPLIED = "Kintsugi-Applied";

  private static final Duration BUSY_PAUSE = Duration.ofSeconds(1);
  private static final Duration BROKEN_PAUSE = Duration.ofSeconds(2);

  private UpstreamAnswers() {}

  /** The upstream's answer, without what is none of the client's business. */
  static Mono<ServerResponse> passOn(
      Answer.Answered answer, Upstream upstream, PatchResult patched) {
    return ServerResponse.status(HttpStatusCode.valueOf(answer.status()))
        .build((exchange, _) -> write(exchange, answer, upstream, patched));
  }

  /**
   * Whether an upstream did nothing because it does not accept the access token (RFC 6750, 3); one
   * that does not say why is taken to mean that.
   */
  static boolean refusesToken(Answer answer) {
    return answer instanceof Answer.Answered(int status, Map<String, List<String>> headers, var _)
        && status == 401
        && named(headers, AreaPatches.HEADER).isEmpty()
        && named(headers, HttpHeaders.WWW_AUTHENTICATE).stream()
            .allMatch(value -> !value.contains("error=") || value.contains("invalid_token"));
  }

  private static List<String> named(Map<String, List<String>> headers, String name) {
    return headers.entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .flatMap(header -> header.getValue().stream())
        .toList();
  }

  private static Mono<Void> write(
      ServerWebExchange exchange, Answer.Answered answer, Upstream upstream, PatchResult patched) {
    ServerHttpResponse to = exchange.getResponse();
    HttpHeaders headers = to.getHeaders();
    PassedHeaders.toClient(answer.headers()).forEach(headers::put);
    List<String> locations = headers.getOrEmpty(HttpHeaders.LOCATION);
    if (!locations.isEmpty()) {
      headers.set(HttpHeaders.LOCATION, withoutOrigin(locations.getFirst(), upstream.origin()));
    }
    if (!patched.areas().isEmpty()) {
      headers.set(APPLIED, applied(patched));
    }
    if (HttpMethod.HEAD.equals(exchange.getRequest().getMethod())) {
      announcedLength(answer).ifPresent(headers::setContentLength);
      return to.setComplete();
    }
    if (answer.status() == 204 || answer.status() == 304) {
      return to.setComplete();
    }
    byte[] body = answer.body();
    headers.setContentLength(body.length);
    return body.length == 0
        ? to.setComplete()
        : to.writeWith(Mono.fromSupplier(() -> to.bufferFactory().wrap(body)));
  }

  private static Optional<Long> announcedLength(Answer.Answered answer) {
    return answer.headers().entrySet().stream()
        .filter(header -> header.getKey().equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH))
        .flatMap(header -> header.getValue().stream())
        .filter(value -> value.matches("[0-9]{1,15}"))
        .map(Long::valueOf)
        .findFirst();
  }

  /** An upstream's own address is none of the client's business. */
  private static String withoutOrigin(String location, URI origin) {
    if (!location.startsWith(origin.toString())) {
      return location;
    }
    String rest = location.substring(origin.toString().length());
    return rest.isEmpty() ? "/" : rest.startsWith("/") ? rest : location;
  }

  private static String applied(PatchResult patched) {
    return patched.areas().entrySet().stream()
        .filter(entry -> entry.getValue() instanceof AreaResult.Applied)
        .map(entry -> entry.getKey() + "=" + ((AreaResult.Applied) entry.getValue()).version())
        .collect(Collectors.joining(", "));
  }

  /** The problem that a failed call is. */
  static Problem failed(Failure why, boolean safe) {
    return switch (why) {
      case BUSY -> Problem.unavailable("The application has too much to do.", BUSY_PAUSE);
      case BROKEN -> Problem.unavailable("The application does not answer.", BROKEN_PAUSE);
      case UNREACHABLE ->
          Problem.refused(HttpStatus.BAD_GATEWAY, "The application cannot be reached.");
      case SILENT ->
          problem(HttpStatus.GATEWAY_TIMEOUT, "The application did not answer in time.", safe);
      case LOST -> problem(HttpStatus.BAD_GATEWAY, "The application broke its answer off.", safe);
      case TOO_LARGE ->
          problem(HttpStatus.BAD_GATEWAY, "The application's answer is too large.", safe);
    };
  }

  /** The problem of an answer with a patch that breaks the rules; none of it was applied. */
  static Problem badPatch(boolean safe) {
    return problem(
        HttpStatus.BAD_GATEWAY,
        "The application answered with a patch that cannot be read; none of it was applied.",
        safe);
  }

  private static Problem problem(HttpStatus status, String detail, boolean safe) {
    Outcome outcome = safe ? Outcome.REFUSED : Outcome.UNKNOWN;
    return new Problem(status, detail, Optional.of(outcome), Map.of());
  }

  /**
   * The problem of a patch that was not applied completely: with the member {@code areas}, which
   * tells of each, and {@code upstreamStatus}. The outcome is {@code refused} only where nothing
   * has happened: the request promised to change nothing, and no area was changed.
   */
  static Mono<ServerResponse> incomplete(PatchResult patched, int upstreamStatus, boolean safe) {
    HttpStatus status = HttpStatus.valueOf(patched.status());
    Problem problem = problem(status, detail(status), safe && patched.nothingHappened());
    ObjectNode body = Json.MAPPER.valueToTree(problem.body());
    body.put("upstreamStatus", upstreamStatus);
    ObjectNode areas = body.putObject("areas");
    patched.areas().forEach((area, result) -> describe(areas, area, result));
    ServerResponse.BodyBuilder answer =
        ServerResponse.status(status).contentType(MediaType.APPLICATION_PROBLEM_JSON);
    if (status == HttpStatus.SERVICE_UNAVAILABLE) {
      answer.header(HttpHeaders.RETRY_AFTER, Long.toString(BUSY_PAUSE.toSeconds()));
    }
    return answer.bodyValue(Json.MAPPER.writeValueAsBytes(body));
  }

  private static String detail(HttpStatus status) {
    String what = "The application answered, but what it changed in the session ";
    return switch (status) {
      case CONFLICT ->
          what + "had changed meanwhile; areas says what was applied. Read again and decide.";
      case GATEWAY_TIMEOUT ->
          what + "may or may not have been applied; areas says what is known. Read again.";
      default -> what + "was not applied completely; areas says what was.";
    };
  }

  private static void describe(ObjectNode areas, Area area, AreaResult result) {
    ObjectNode json = areas.putObject(area.value());
    switch (result) {
      case AreaResult.Applied applied -> {
        json.put("outcome", "applied");
        json.put("version", applied.version().value());
      }
      case AreaResult.Refused refused -> {
        json.put("outcome", Outcome.REFUSED.wire());
        json.put("status", refused.status());
      }
      case AreaResult.Unknown unknown -> {
        json.put("outcome", Outcome.UNKNOWN.wire());
        json.put("status", unknown.status());
      }
    }
  }
}
