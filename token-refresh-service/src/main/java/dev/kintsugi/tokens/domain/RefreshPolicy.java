package dev.kintsugi.tokens.domain;

import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides when a grant's access token is renewed before anybody asks for it: in two steps, so that
 * the second is taken as late as it can be, and by whoever knows most.
 *
 * <p>Must be pure, quick and thread-safe, and must not throw.
 */
public interface RefreshPolicy {

  /** When to decide; asked when a grant is stored, renewed or used. */
  Plan plan(GrantFacts grant, ActivityFacts activity, Instant now);

  /** Whether to renew now; asked when the time has come, and may be asked again. */
  Decision decide(GrantFacts grant, ActivityFacts activity, Instant now);

  /**
   * What a policy may know of the grant.
   *
   * @param access empty: there is no access token at the moment
   */
  record GrantFacts(GrantKey key, UserId user, Optional<AccessToken> access, boolean refreshable) {
    public static GrantFacts of(Grant grant) {
      return new GrantFacts(grant.key(), grant.user(), grant.access(), grant.isRefreshable());
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

  /** When to decide. */
  sealed interface Plan {
    /**
     * At the latest of these times, or as much earlier as is needed so that not too many come at
     * once; at once if both have passed.
     */
    record Between(Instant earliest, Instant latest) implements Plan {}

    /** Not before somebody asks for a token. */
    record Never(Why why) implements Plan {}
  }

  /** What is decided. */
  sealed interface Decision {
    Expectation expected();

    /** Renew now. */
    record Renew(Expectation expected) implements Decision {}

    /** Decide again at this time; it lies in the future. */
    record Later(Instant at, Expectation expected) implements Decision {}

    /** Not before somebody asks for a token, or is active. */
    record Never(Why why, Expectation expected) implements Decision {}
  }

  /**
   * What a decision rests on.
   *
   * @param need the probability, 0 to 1, that a token renewed now would be used
   * @param soon the probability of a use within a minute: who comes first where not all can
   * @param requests how many of the user's requests it rests on; 0: on none
   */
  record Expectation(double need, double soon, int requests) {
    /** Where nobody made a forecast. */
    public static final Expectation NONE = new Expectation(1, 1, 0);
  }

  /** Why a grant is not renewed ahead. */
  enum Why {
    NOT_REFRESHABLE,
    IDLE,
    POLICY,
    /** The token will hardly be needed. */
    FORECAST
  }
}
