package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides when a grant's access token is renewed before anybody asks for it.
 *
 * <p>Asked when a grant is stored or used, and once more when the time it named has come, so it may
 * change its mind. Must be pure, quick and thread-safe, and must not throw.
 */
@FunctionalInterface
public interface RefreshPolicy {

  Decision decide(GrantFacts grant, ActivityFacts activity, Instant now);

  /**
   * What a policy may know of the grant.
   *
   * @param access empty: there is no access token at the moment
   */
  record GrantFacts(GrantKey key, Optional<AccessToken> access, boolean refreshable) {
    public static GrantFacts of(Grant grant) {
      return new GrantFacts(grant.key(), grant.access(), grant.isRefreshable());
    }
  }

  /**
   * What it may know of its use.
   *
   * @param lastUsedAt when an access token was last asked for, or the grant handed in
   * @param idleTimeout zero: never counts as idle
   */
  record ActivityFacts(Instant lastUsedAt, Duration idleTimeout) {
    public boolean isIdle(Instant now) {
      return !idleTimeout.isZero() && lastUsedAt.plus(idleTimeout).isBefore(now);
    }
  }

  /** When to renew. */
  sealed interface Decision {
    /** At this time; at once if it has passed. */
    record At(Instant at) implements Decision {}

    /** Not before somebody asks for a token. */
    record NeverAhead(Why why) implements Decision {}
  }

  /** Why a grant is not renewed ahead. */
  enum Why {
    NOT_REFRESHABLE,
    IDLE,
    POLICY
  }
}
