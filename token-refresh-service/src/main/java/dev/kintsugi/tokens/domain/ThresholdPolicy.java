package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Renews a fixed time before the token ends.
 *
 * @param threshold how long before; for tokens that live less than three times that, a third of
 *     their life. Too low: a slow provider makes somebody wait. Too high: more renewals than needed
 */
public record ThresholdPolicy(Duration threshold) implements RefreshPolicy {

  public ThresholdPolicy {
    if (threshold.isNegative()) {
      throw new IllegalArgumentException("the threshold must not be negative, got " + threshold);
    }
  }

  @Override
  public Plan plan(GrantFacts grant, ActivityFacts activity, Instant now) {
    Optional<Why> why = why(grant, activity, now);
    if (why.isPresent()) {
      return new Plan.Never(why.get());
    }
    Instant at = at(grant, now);
    return new Plan.Between(at.minus(spread(grant)), at);
  }

  @Override
  public Decision decide(GrantFacts grant, ActivityFacts activity, Instant now) {
    Optional<Why> why = why(grant, activity, now);
    if (why.isPresent()) {
      return new Decision.Never(why.get(), Expectation.NONE);
    }
    Instant at = at(grant, now);
    return at.minus(spread(grant)).isAfter(now)
        ? new Decision.Later(at, Expectation.NONE)
        : new Decision.Renew(Expectation.NONE);
  }

  private static Optional<Why> why(GrantFacts grant, ActivityFacts activity, Instant now) {
    if (!grant.refreshable()) {
      return Optional.of(Why.NOT_REFRESHABLE);
    }
    return activity.isIdle(now)
        ? Optional.of(Why.IDLE)
        : Optional.of(Why.SESSION_END).filter(_ -> activity.endsWithin(grant, now));
  }

  private Instant at(GrantFacts grant, Instant now) {
    return grant.access().map(token -> token.expiresAt().minus(lead(token))).orElse(now);
  }

  /** A tenth of the life: by so much a renewal is drawn forward where many come at once. */
  private static Duration spread(GrantFacts grant) {
    return grant.access().map(token -> token.lifetime().dividedBy(10)).orElse(Duration.ZERO);
  }

  private Duration lead(AccessToken token) {
    return lead(token, threshold);
  }

  /** The smaller of the threshold and a third of the token's life. */
  public static Duration lead(AccessToken token, Duration threshold) {
    Duration third = token.lifetime().dividedBy(3);
    return threshold.compareTo(third) < 0 ? threshold : third;
  }
}
