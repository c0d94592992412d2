package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardRequest;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.gateway.domain.PassedHeaders;
import dev.kintsugi.gateway.domain.RequestTarget;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * A request for an application, as far as it can be checked without asking anybody.
 *
 * @param headers all that came
 * @param passed what the upstream may see of them, and what the gateway says of the way here
 */
record ApplicationRequest(
    SessionId session,
    String method,
    RequestTarget target,
    HttpHeaders headers,
    Map<String, List<String>> passed) {

  /** Names the session; grants nothing, as the id in a path grants nothing. */
  static final String SESSION_ID = "Kintsugi-Session-Id";

  /** Names the session where the header does not. */
  static final String COOKIE = "kintsugi-session";

  private static final String PSEUDONYM = "kintsugi";
  private static final Pattern HOST =
      Pattern.compile("([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?");

  /** Reads a request; a bad one ends in a problem. */
  static ApplicationRequest read(ServerHttpRequest request, Names names) {
    HttpHeaders headers = request.getHeaders();
    if (hasPassedHere(headers)) {
      throw Problem.refused(
              HttpStatus.LOOP_DETECTED, "The request has come through this gateway before.")
          .asException();
    }
    Map<String, List<String>> all = new TreeMap<>();
    headers.headerSet().forEach(header -> all.put(header.getKey(), header.getValue()));
    Map<String, List<String>> passed = PassedHeaders.toUpstream(all);
    passed.put("via", List.of("1.1 " + PSEUDONYM));
    passed.put("x-forwarded-proto", List.of(request.getSslInfo() == null ? "http" : "https"));
    address(request).ifPresent(address -> passed.put("x-forwarded-for", List.of(address)));
    Headers.single(headers, HttpHeaders.HOST)
        .filter(host -> HOST.matcher(host).matches())
        .ifPresent(host -> passed.put("x-forwarded-host", List.of(host)));
    return new ApplicationRequest(
        session(request, names), request.getMethod().name(), target(request), headers, passed);
  }

  private static boolean hasPassedHere(HttpHeaders headers) {
    return headers.getOrEmpty(HttpHeaders.VIA).stream()
        .flatMap(value -> List.of(value.toLowerCase(Locale.ROOT).split("[\\s,]+", -1)).stream())
        .anyMatch(PSEUDONYM::equals);
  }

  private static Optional<String> address(ServerHttpRequest request) {
    return Optional.ofNullable(request.getRemoteAddress())
        .map(InetSocketAddress::getAddress)
        .map(address -> address.getHostAddress().replaceFirst("%.*", ""));
  }

  private static SessionId session(ServerHttpRequest request, Names names) {
    Optional<String> named = Headers.single(request.getHeaders(), SESSION_ID);
    if (named.isEmpty()) {
      List<HttpCookie> cookies = request.getCookies().getOrDefault(COOKIE, List.of());
      if (cookies.size() > 1) {
        throw Problems.malformed("The cookie " + COOKIE + " must stand once.").asException();
      }
      named = cookies.stream().findFirst().map(HttpCookie::getValue);
    }
    return names.session(
        named.orElseThrow(() ->
            Problems.malformed(
                    "The header "
                        + SESSION_ID
                        + " (or the cookie "
                        + COOKIE
                        + ") must name a session.")
                .asException()));
  }

  private static RequestTarget target(ServerHttpRequest request) {
    URI uri = request.getURI();
    try {
      RequestTarget target =
          new RequestTarget(uri.getRawPath(), Optional.ofNullable(uri.getRawQuery()));
      var _ = target.at(URI.create("http://upstream"));
      return target;
    } catch (IllegalArgumentException e) {
      throw Problems.malformed(
              "The path or the query cannot be handed on: it has empty, dot or twice encoded"
                  + " segments, encoded slashes, semicolons, or characters that must be encoded.")
          .asException();
    }
  }

  /** Whether it may be sent again after an application has refused to do it. */
  boolean repeatable() {
    return safe() || Headers.single(headers, ShardRequest.IDEMPOTENCY_KEY).isPresent();
  }

  /** Whether the method promises to change nothing. */
  boolean safe() {
    return method.equals("GET") || method.equals("HEAD");
  }
}
