package dev.kintsugi.kit;

import java.util.List;

/**
 * Paths that a service leaves open to everybody, as a bean of the service.
 *
 * @param patterns in the syntax of Spring's path patterns
 */
public record OpenPaths(List<String> patterns) {
  public OpenPaths {
    patterns = List.copyOf(patterns);
  }
}
