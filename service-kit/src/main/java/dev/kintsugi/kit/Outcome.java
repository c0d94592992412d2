package dev.kintsugi.kit;

import java.util.Locale;

/** What is known about the effect of a request that was not answered with success. */
public enum Outcome {
  /** Nothing happened and never will. */
  REFUSED,
  /** The effect may yet appear; only a repeat under the same idempotency key is safe. */
  UNKNOWN;

  /** As it stands in problem documents. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
