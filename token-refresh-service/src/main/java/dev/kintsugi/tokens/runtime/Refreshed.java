package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.Grant;
import java.time.Duration;
import java.util.Optional;

/** What came of renewing a grant's token. */
public sealed interface Refreshed {

  /** Renewed, by us or by somebody else in the meantime. */
  record Fresh(Grant grant) implements Refreshed {}

  /** The provider does not accept the grant any more, or it cannot be renewed. */
  record Dead(Grant grant) implements Refreshed {}

  /** Deleted. */
  record Gone() implements Refreshed {}

  /**
   * Not now.
   *
   * @param reason as it may be shown
   */
  record Failed(String reason, Optional<Duration> retryAfter) implements Refreshed {}

  static Refreshed of(Grant grant) {
    return grant.isDead() ? new Dead(grant) : new Fresh(grant);
  }
}
