package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;

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
  public Decision decide(GrantFacts grant, ActivityFacts activity, Instant now) {
    if (!grant.refreshable()) {
      return new Decision.NeverAhead(Why.NOT_REFRESHABLE);
    }
    if (activity.isIdle(now)) {
      return new Decision.NeverAhead(Why.IDLE);
    }
    return new Decision.At(
        grant.access().map(token -> token.expiresAt().minus(lead(token))).orElse(now));
  }

  private Duration lead(AccessToken token) {
    Duration third = token.lifetime().dividedBy(3);
    return threshold.compareTo(third) < 0 ? threshold : third;
  }
}
