package dev.kintsugi.node.domain;

import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.util.Optional;

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
   * @param user whose it was; empty: not known any more
   */
  record Revoked(String reason, Optional<UserId> user) implements GrantVerdict {

    /** Of a grant of which nobody knows any more whose it was. */
    public Revoked(String reason) {
      this(reason, Optional.empty());
    }
  }

  /** There is none that could be judged: it may not have been handed in yet. */
  record Unknown() implements GrantVerdict {}
}
