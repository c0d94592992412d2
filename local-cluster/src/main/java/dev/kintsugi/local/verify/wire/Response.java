package dev.kintsugi.local.verify.wire;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP answer.
 *
 * @param headers by lower-case name; of several of one name the last
 * @param body as text, decoded from its transfer; empty if there is none
 */
public record Response(int status, Map<String, String> headers, String body) {

  /** A header's value, by name in any case. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  /** Whether the connection may carry another request. */
  boolean keepsAlive() {
    return !"close".equalsIgnoreCase(headers.getOrDefault("connection", ""));
  }
}
