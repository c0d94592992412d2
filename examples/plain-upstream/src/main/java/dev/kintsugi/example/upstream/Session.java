package dev.kintsugi.example.upstream;

import java.util.Map;
import java.util.Optional;

/**
 * What the gateway says of the session.
 *
 * @param areas by name: {@code {"version": 7, "attributes": {…}}}
 */
record Session(String user, Map<String, Object> areas) {

  /** An attribute as text; empty where it was never written. */
  Optional<String> attribute(String area, String name) {
    return member(areas, area)
        .flatMap(found -> member(found, "attributes"))
        .flatMap(attributes -> Optional.ofNullable(attributes.get(name)))
        .map(String::valueOf);
  }

  private static Optional<Map<?, ?>> member(Map<?, ?> object, String name) {
    return object.get(name) instanceof Map<?, ?> found ? Optional.of(found) : Optional.empty();
  }
}
