package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardCalls;
import dev.kintsugi.client.ShardRequest;
import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;

/**
 * The reads of one session, and patches of its areas, each with the caller's own authorization.
 * Thread-safe.
 */
final class SessionCalls {

  /** How much longer than asked for a node may take to end a long poll. */
  private static final Duration POLL_SLACK = Duration.ofSeconds(3);

  private final ShardCalls calls;
  private final Names names;

  SessionCalls(ShardCalls calls, Names names) {
    this.calls = calls;
    this.names = names;
  }

  /** The session's facts: whether it lives. */
  Mono<ShardResponse> facts(SessionId session, HttpHeaders headers) {
    return send(get(Area.SESSION, session, "/v1/sessions/" + session, headers));
  }

  /** One area as it is. */
  Mono<ShardResponse> area(SessionId session, Area area, HttpHeaders headers) {
    return send(get(area, session, path(session, area), headers));
  }

  /** One area as soon as its version differs from {@code after}; 204 after {@code wait}. */
  Mono<ShardResponse> changes(
      SessionId session, Area area, ShardVersion after, Duration wait, HttpHeaders headers) {
    String path = path(session, area) + "/changes?after=" + after + "&wait=" + wait;
    return send(
        get(area, session, path, headers)
            .lasting()
            .attemptTimeout(wait.plus(POLL_SLACK))
            .deadline(wait.plus(POLL_SLACK).multipliedBy(2)));
  }

  /**
   * Merges into one area if it has a version still; goes on when the subscriber is gone.
   *
   * @param patch a merge patch (RFC 7396)
   */
  Mono<ShardResponse> patch(
      SessionId session, Area area, ShardVersion seen, byte[] patch, HttpHeaders headers) {
    ShardRequest request =
        builder(area, session, "PATCH", path(session, area), headers)
            .header(HttpHeaders.IF_MATCH, "\"" + seen + '"')
            .body(JsonBody.MERGE_PATCH.toString(), patch)
            .build();
    return Mono.fromFuture(() -> calls.call(request), true);
  }

  private static String path(SessionId session, Area area) {
    return "/v1/sessions/" + session + "/areas/" + area;
  }

  private ShardRequest.Builder get(Area area, SessionId session, String path, HttpHeaders headers) {
    return builder(area, session, "GET", path, headers);
  }

  private ShardRequest.Builder builder(
      Area area, SessionId session, String method, String path, HttpHeaders headers) {
    ShardRequest.Builder builder =
        Headers.request(names.areas().slotOf(area, session), method, path);
    Headers.single(headers, HttpHeaders.AUTHORIZATION)
        .ifPresent(value -> builder.header(HttpHeaders.AUTHORIZATION, value));
    return builder;
  }

  private Mono<ShardResponse> send(ShardRequest.Builder request) {
    return Mono.fromFuture(() -> calls.call(request.build()));
  }
}
