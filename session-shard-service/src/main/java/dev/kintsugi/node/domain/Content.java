package dev.kintsugi.node.domain;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The attributes of a shard: name to JSON text (RFC 8259, compact, never {@code null}). Immutable.
 *
 * @param attributes sorted by name
 */
public record Content(SortedMap<String, String> attributes) {

  public static final Content EMPTY = new Content(new TreeMap<>());

  public Content {
    attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
  }

  /** The encoded names and values in bytes; linear in the content. */
  public int bytes() {
    int bytes = 0;
    for (var attribute : attributes.entrySet()) {
      bytes += attribute.getKey().getBytes(StandardCharsets.UTF_8).length;
      bytes += attribute.getValue().getBytes(StandardCharsets.UTF_8).length;
    }
    return bytes;
  }
}
