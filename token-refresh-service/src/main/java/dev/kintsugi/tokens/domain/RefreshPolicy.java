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
   * @param access as long as it counts as one, which may be shorter than it is good ({@link
   *     EarlyDeaths}); empty: there is no access token at the moment
   */
  record GrantFacts(GrantKey key, UserId user, Optional<AccessToken> access, boolean refreshable) {
    public static GrantFacts of(Grant grant) {
      return of(grant, grant.access());
    }

    /** With the token as it is to be reckoned with. */
    public static GrantFacts of(Grant grant, Optional<AccessToken> access) {
      return new GrantFacts(grant.key(), grant.user(), access, grant.isRefreshable());
    }
  }

  /**
   * What it may know of its use.
   *
   * @param lastUsedAt when an access token was last asked for, or the grant handed in
   * @param idleTimeout zero: never counts as idle
   * @param sessionEndsAt however much it is used; empty: it may go on
   */
  record ActivityFacts(Instant lastUsedAt, Duration idleTimeout, Optional<Instant> sessionEndsAt) {

    /** Of a session that may go on for as long as it is used. */
    public ActivityFacts(Instant lastUsedAt, Duration idleTimeout) {
      this(lastUsedAt, idleTimeout, Optional.empty());
    }

    public boolean isIdle(Instant now) {
      return !idleTimeout.isZero() && lastUsedAt.plus(idleTimeout).isBefore(now);
    }

    /** Whether the session has ended, or will have before the token in hand does. */
    public boolean endsWithin(GrantFacts grant, Instant now) {
      Instant end = grant.access().map(AccessToken::expiresAt).filter(now::isBefore).orElse(now);
      return sessionEndsAt.isPresent() && !sessionEndsAt.get().isAfter(end);
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
    /** The session has ended, or will have before the token in hand does. */
    SESSION_END,
    POLICY,
    /** The token will hardly be needed. */
    FORECAST
  }
}
