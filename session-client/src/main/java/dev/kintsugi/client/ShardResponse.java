package dev.kintsugi.client;

import dev.kintsugi.client.domain.Pursuit.Action;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a call ended in: a node's answer, or the client's own problem document (RFC 9457) where it
 * gave up. Immutable.
 */
public final class ShardResponse {

  private static final String RETRY_AFTER_SECONDS = "1";

  private final NodeAnswer answer;
  private final boolean fromNode;
  private final Duration parked;
  private final int attempts;

  private ShardResponse(NodeAnswer answer, boolean fromNode, Duration parked, int attempts) {
    this.answer = answer;
    this.fromNode = fromNode;
    this.parked = parked;
    this.attempts = attempts;
  }

  static ShardResponse of(NodeAnswer answer, Action.PassOn end) {
    return new ShardResponse(answer, true, Duration.ofNanos(end.parkedNanos()), end.attempt());
  }

  static ShardResponse of(Action.GiveUp end) {
    int status =
        switch (end.outcome()) {
          case REFUSED -> 503;
          case UNKNOWN -> 504;
        };
    String title = status == 503 ? "Service Unavailable" : "Gateway Timeout";
    String advice =
        status == 503
            ? "nothing happened; repeat the request after a second"
            : "it may or may not have happened; repeat it only with the same Idempotency-Key";
    String problem =
        "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s: %s\",\"outcome\":\"%s\"}"
            .formatted(title, status, end.trouble().text(), advice, end.outcome().wireName());
    Map<String, List<String>> headers =
        status == 503
            ? Map.of(
                "Content-Type", List.of("application/problem+json"),
                "Retry-After", List.of(RETRY_AFTER_SECONDS))
            : Map.of("Content-Type", List.of("application/problem+json"));
    return new ShardResponse(
        new NodeAnswer(
            status,
            HttpHeaders.of(headers, (name, value) -> true),
            problem.getBytes(StandardCharsets.UTF_8)),
        false,
        Duration.ofNanos(end.parkedNanos()),
        end.attempts());
  }

  public int status() {
    return answer.status();
  }

  public HttpHeaders headers() {
    return answer.headers();
  }

  /** Not a copy; not to be changed. */
  public byte[] body() {
    return answer.body();
  }

  /** Whether a node answered; if not, the client gave up and the body is its own problem. */
  public boolean fromNode() {
    return fromNode;
  }

  /** How long no attempt was under way. */
  public Duration parked() {
    return parked;
  }

  /** How many attempts were sent, abandoned ones included. */
  public int attempts() {
    return attempts;
  }

  @Override
  public String toString() {
    return "ShardResponse["
        + answer.status()
        + " after "
        + attempts
        + " attempts, parked "
        + parked
        + ']';
  }
}
