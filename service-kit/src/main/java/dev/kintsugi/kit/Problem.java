package dev.kintsugi.kit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * A problem document (RFC 9457) with the member {@code outcome}. The detail is shown to callers: it
 * says what to do, and nothing of the inside.
 *
 * @param headers of the answer, besides its content type
 */
public record Problem(
    HttpStatus status, String detail, Optional<Outcome> outcome, Map<String, String> headers) {

  public Problem {
    if (!status.isError()) {
      throw new IllegalArgumentException("a problem needs an error status, got " + status);
    }
    headers = Map.copyOf(headers);
  }

  /** A problem of a request that had no effect and never will. */
  public static Problem refused(HttpStatus status, String detail) {
    return new Problem(status, detail, Optional.of(Outcome.REFUSED), Map.of());
  }

  /** 503: nothing happened, another attempt may succeed after {@code retryAfter}. */
  public static Problem unavailable(String detail, Duration retryAfter) {
    String seconds = Long.toString(Math.max(1, retryAfter.toSeconds()));
    return refused(HttpStatus.SERVICE_UNAVAILABLE, detail)
        .withHeader(HttpHeaders.RETRY_AFTER, seconds);
  }

  /** 504: a write may or may not have happened. */
  public static Problem unknown(String detail) {
    return new Problem(HttpStatus.GATEWAY_TIMEOUT, detail, Optional.of(Outcome.UNKNOWN), Map.of());
  }

  public Problem withHeader(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Problem(status, detail, outcome, more);
  }

  /** The members of the document, in order. */
  public Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "about:blank");
    body.put("title", status.getReasonPhrase());
    body.put("status", status.value());
    body.put("detail", detail);
    outcome.ifPresent(known -> body.put("outcome", known.wire()));
    return body;
  }

  public ProblemException asException() {
    return new ProblemException(this);
  }
}
