package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardCalls;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Which callers are sent on to the owner of their slot instead of being served through here: those
 * of the paths in the settings, while the owner is well and the slot does not move. Immutable.
 *
 * <p>A caller that comes back, because the owner did not answer or was none any more, says {@code
 * Shard-Redirect: false} and is served through here, with all that parks and replays.
 */
final class Redirects {

  /** {@code false}: the caller wants to be served through the gateway. */
  static final String HEADER = "Shard-Redirect";

  private final List<PathPattern> patterns;
  private final ShardCalls calls;

  /**
   * The redirects of paths.
   *
   * @param patterns as Spring writes them: {@code *} is one segment, {@code **} any at the end
   * @throws IllegalArgumentException if one cannot be read
   */
  Redirects(List<String> patterns, ShardCalls calls) {
    this.patterns = patterns.stream().map(PathPatternParser.defaultInstance::parse).toList();
    this.calls = calls;
  }

  /** Where the caller is to go; empty: it is served here. */
  Optional<URI> of(PublicCall call, SlotId slot, ServerHttpRequest request) {
    if (patterns.isEmpty() || !mayGo(call) || isDeclined(request) || !isRepeatable(request)) {
      return Optional.empty();
    }
    PathContainer path = request.getPath().pathWithinApplication();
    if (patterns.stream().noneMatch(pattern -> pattern.matches(path))) {
      return Optional.empty();
    }
    return calls.liveOwner(slot).map(owner -> at(owner.url(), request.getURI()));
  }

  /** A new session's place may be drawn here, and is told its owner in a header of ours. */
  private static boolean mayGo(PublicCall call) {
    return switch (call) {
      case SESSION, AREA, USER_SESSIONS -> true;
      case NEW_SESSION, AREAS, EVENTS -> false;
    };
  }

  /**
   * Whoever gets no answer from the owner comes back here: without a key of its own its write would
   * be another one then.
   */
  private static boolean isRepeatable(ServerHttpRequest request) {
    return HttpMethod.GET.equals(request.getMethod())
        || HttpMethod.HEAD.equals(request.getMethod())
        || request.getHeaders().containsHeader("Idempotency-Key");
  }

  private static boolean isDeclined(ServerHttpRequest request) {
    return Headers.single(request.getHeaders(), HEADER).filter("false"::equals).isPresent();
  }

  private static URI at(URI owner, URI asked) {
    String base = owner.toString();
    String trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    String query = asked.getRawQuery() == null ? "" : "?" + asked.getRawQuery();
    return URI.create(trimmed + asked.getRawPath() + query);
  }
}
