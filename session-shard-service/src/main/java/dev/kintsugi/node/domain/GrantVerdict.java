package dev.kintsugi.node.domain;

import java.time.Duration;

/** What the token service says of a grant. */
public sealed interface GrantVerdict {

  /**
   * It stands.
   *
   * @param usable for how long that may be relied on, from when it was asked for
   */
  record Valid(Duration usable) implements GrantVerdict {}

  /**
   * It is of no use any more.
   *
   * @param reason a word such as {@code deleted}
   */
  record Revoked(String reason) implements GrantVerdict {}

  /** There is none that could be judged: it may not have been handed in yet. */
  record Unknown() implements GrantVerdict {}
}
