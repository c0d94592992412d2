package dev.kintsugi.node.domain;

import java.util.Optional;

/**
 * JSON Merge Patch (RFC 7396) on JSON text. Implementations are pure and thread-safe; an adapter
 * that knows a JSON library provides one (the domain knows none).
 */
@FunctionalInterface
public interface MergePatch {

  /**
   * Applies a patch to the value of one attribute.
   *
   * @param current the attribute's JSON text; empty where there is no such attribute
   * @param patch well-formed JSON text
   * @return the new JSON text; empty if the attribute is to go
   */
  Optional<String> apply(Optional<String> current, String patch);
}
