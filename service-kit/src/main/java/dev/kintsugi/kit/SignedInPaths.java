package dev.kintsugi.kit;

import java.util.List;

/**
 * Paths outside of {@code /v1} that a service opens to callers with a valid bearer token, as a bean
 * of the service.
 *
 * @param patterns in the syntax of Spring's path patterns
 */
public record SignedInPaths(List<String> patterns) {
  public SignedInPaths {
    patterns = List.copyOf(patterns);
  }
}
