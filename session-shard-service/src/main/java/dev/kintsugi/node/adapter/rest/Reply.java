package dev.kintsugi.node.adapter.rest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/**
 * An answer before it is written out. A map instead of Spring's headers, which would be copied, and
 * looked at in any case, for every answer.
 *
 * @param headers each once
 */
record Reply(HttpStatus status, Map<String, String> headers, Optional<byte[]> body) {

  /** The same with a header more. */
  Reply with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Reply(status, more, body);
  }
}
