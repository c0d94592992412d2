package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.runtime.life.RequestKeys;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;

/** Reads what a request asks for from its path and headers. Pure. */
final class Asked {

  static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  private static final Pattern KEY = Pattern.compile("[ -~]{1,128}");
  private static final String SHARD_OFFSET = "Shard-Offset";
  private static final Pattern OFFSET = Pattern.compile("0|[1-9][0-9]{0,18}");
  private static final Pattern STRONG_TAG = Pattern.compile("\"(0|[1-9][0-9]{0,17})\"");

  private Asked() {}

  /*
   * The parts of a path are taken as the mapping has found them: as arguments of a handler, Spring
   * would make a binder and look for a conversion for each of every request.
   */

  private static String part(ServerWebExchange exchange, String name) {
    Map<String, String> parts =
        exchange.getRequiredAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
    return Objects.requireNonNull(parts.get(name));
  }

  /** The id in a path; 400 for what cannot be one, as at the gateway. */
  static SessionId session(ServerWebExchange exchange) {
    return session(part(exchange, "sid"));
  }

  /** An id; 400 for what cannot be one. */
  static SessionId session(String text) {
    try {
      return SessionId.parse(text);
    } catch (IllegalArgumentException e) {
      throw Problems.malformed("The path names no session: its id is malformed.").asException();
    }
  }

  static Problem noSession() {
    return Problem.refused(
        HttpStatus.NOT_FOUND, "There is no such session, or it has ended; create a new one.");
  }

  static Problem notTheirs() {
    return Problem.refused(HttpStatus.FORBIDDEN, "The session is not this caller's.");
  }

  /** The area in a path; 404 for one that is not configured. */
  static Area area(ServerWebExchange exchange, Areas areas) {
    return areas
        .named(part(exchange, "area"))
        .orElseThrow(
            () -> Problem.refused(HttpStatus.NOT_FOUND, "There is no such area.").asException());
  }

  /** An area whose content callers write: all but {@code session}, which has facts of its own. */
  static Area contentArea(ServerWebExchange exchange, Areas areas) {
    Area area = area(exchange, areas);
    if (area.equals(Area.SESSION)) {
      throw Problem.refused(HttpStatus.NOT_FOUND, "There is no such area.").asException();
    }
    return area;
  }

  /** The user in a path; 400 for what cannot be one. */
  static UserId user(ServerWebExchange exchange) {
    try {
      return new UserId(part(exchange, "userId"));
    } catch (IllegalArgumentException e) {
      throw Problems.malformed("The path names no user: " + e.getMessage()).asException();
    }
  }

  static void contentType(ServerHttpRequest request, MediaType... accepted) {
    MediaType type = request.getHeaders().getContentType();
    for (MediaType one : accepted) {
      if (type != null && one.isCompatibleWith(type) && type.isConcrete()) {
        return;
      }
    }
    throw Problem.refused(
            HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be " + List.of(accepted) + ".")
        .asException();
  }

  /**
   * The version that {@code If-Match} names; empty without one, and for {@code *}, which any living
   * session fulfils.
   */
  static Optional<ShardVersion> ifMatch(ServerHttpRequest request) {
    List<String> values = request.getHeaders().getOrDefault("If-Match", List.of());
    if (values.isEmpty()) {
      return Optional.empty();
    }
    String value = values.size() == 1 ? values.getFirst().strip() : "";
    if (value.equals("*")) {
      return Optional.empty();
    }
    Matcher tag = STRONG_TAG.matcher(value);
    if (!tag.matches()) {
      throw Problems.malformed("If-Match must be * or one strong ETag such as \"7\".")
          .asException();
    }
    return Optional.of(new ShardVersion(Long.parseLong(tag.group(1))));
  }

  /**
   * What a reader puts up with: what the owner knew last; with {@code Shard-Offset}, which says
   * what the reader has seen, a standby's copy as well.
   */
  static Leniency leniency(ServerHttpRequest request) {
    List<String> values = request.getHeaders().getOrDefault(SHARD_OFFSET, List.of());
    if (values.isEmpty()) {
      return new Leniency.FromOwner();
    }
    try {
      if (values.size() == 1 && OFFSET.matcher(values.getFirst()).matches()) {
        return new Leniency.FromStandby(Long.parseLong(values.getFirst()));
      }
    } catch (NumberFormatException e) {
      // Beyond the largest offset; said below.
    }
    throw Problems.malformed(
            SHARD_OFFSET + " must stand once and be a decimal number, 0 to " + Long.MAX_VALUE + ".")
        .asException();
  }

  /** The idempotency key; empty without one. */
  static Optional<String> idempotencyKey(ServerHttpRequest request) {
    List<String> values = request.getHeaders().getOrDefault(IDEMPOTENCY_KEY, List.of());
    if (values.isEmpty()) {
      return Optional.empty();
    }
    if (values.size() > 1 || !KEY.matcher(values.getFirst()).matches()) {
      throw Problems.malformed("Idempotency-Key must be 1 to 128 printable ASCII characters.")
          .asException();
    }
    return Optional.of(values.getFirst());
  }

  /** The key under which a request has its one effect: the caller's, or one drawn for it. */
  static RequestKey requestKey(ServerHttpRequest request, String caller, byte[] body) {
    String key = idempotencyKey(request).orElseGet(() -> UUID.randomUUID().toString());
    return requestKey(request, caller, key, body);
  }

  static RequestKey requestKey(ServerHttpRequest request, String caller, String key, byte[] body) {
    String ifMatch = String.join(",", request.getHeaders().getOrDefault("If-Match", List.of()));
    return RequestKeys.of(
        caller,
        key,
        List.of(
            RequestKeys.utf8(request.getMethod().name()),
            RequestKeys.utf8(request.getPath().value()),
            RequestKeys.utf8(ifMatch),
            body));
  }

  /** Names a caller so that no two callers share idempotency keys. */
  static String nameOf(Caller caller) {
    return switch (caller) {
      case Caller.EndUser(var application, var user) -> "user " + application + " " + user;
      case Caller.Application(var application) -> "application " + application;
    };
  }
}
