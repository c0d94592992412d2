package dev.kintsugi.client.domain;

/** What is known about a request that was given up. */
public enum Outcome {
  /** Nothing happened in any attempt, and nothing will. */
  REFUSED,
  /** It may have happened, or may yet. */
  UNKNOWN;

  /** As the problem member {@code outcome} names it. */
  public String wireName() {
    return switch (this) {
      case REFUSED -> "refused";
      case UNKNOWN -> "unknown";
    };
  }
}
