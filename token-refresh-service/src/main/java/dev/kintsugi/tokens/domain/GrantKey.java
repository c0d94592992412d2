package dev.kintsugi.tokens.domain;

import dev.kintsugi.core.ApplicationId;

/**
 * What a grant is found by. Two applications may use the same id; they never meet each other's
 * grant.
 */
public record GrantKey(ApplicationId application, GrantId id) {

  /** {@code application/id}; read back by {@link #parse}. */
  @Override
  public String toString() {
    return application.value() + "/" + id.value();
  }

  /**
   * Reads what {@link #toString} made.
   *
   * @throws IllegalArgumentException if the text is not one that {@link #toString} made
   */
  public static GrantKey parse(String text) {
    int slash = text.lastIndexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("a grant key must be application/id");
    }
    return new GrantKey(
        new ApplicationId(text.substring(0, slash)), new GrantId(text.substring(slash + 1)));
  }
}
