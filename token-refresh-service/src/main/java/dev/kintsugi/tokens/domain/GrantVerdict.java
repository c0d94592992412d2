package dev.kintsugi.tokens.domain;

import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.util.Optional;

/** What the parts that serve a session are told of its grant. */
public sealed interface GrantVerdict {

  /**
   * It is good, or can be renewed.
   *
   * @param usable for how long this may be relied on
   */
  record Valid(Duration usable) implements GrantVerdict {}

  /**
   * It is of no use any more, and that will not change.
   *
   * @param reason {@code deleted}, {@code expired}, {@code signature}, {@code audience}, {@code
   *     unsigned}, {@code interrupted}, or the provider's error code
   * @param user whose it was; empty: not known any more
   */
  record Revoked(String reason, Optional<UserId> user) implements GrantVerdict {}

  /**
   * Nothing can be said of it.
   *
   * @param why {@code absent} or {@code unreadable}
   */
  record Unknown(String why) implements GrantVerdict {}
}
