package dev.kintsugi.signin;

import java.net.HttpCookie;
import java.net.http.HttpHeaders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The cookies of one sign-in at one origin. Path and domain are not looked at: the jar is used for
 * that origin only and thrown away after. Not thread-safe.
 */
final class CookieJar {

  private final Map<String, String> cookies = new LinkedHashMap<>();

  void take(HttpHeaders answer) {
    for (String header : answer.allValues("Set-Cookie")) {
      for (HttpCookie cookie : parsed(header)) {
        if (cookie.getMaxAge() == 0) {
          cookies.remove(cookie.getName());
        } else {
          cookies.put(cookie.getName(), cookie.getValue());
        }
      }
    }
  }

  boolean isEmpty() {
    return cookies.isEmpty();
  }

  /** The value of the header {@code Cookie}. */
  String header() {
    return cookies.entrySet().stream()
        .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
        .collect(Collectors.joining("; "));
  }

  private static List<HttpCookie> parsed(String header) {
    try {
      return HttpCookie.parse(header);
    } catch (IllegalArgumentException malformed) {
      return List.of();
    }
  }
}
