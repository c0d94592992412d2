package dev.kintsugi.tokens.domain;

import java.time.Instant;

/** Never renews ahead: whoever asks first after the end waits. The baseline of comparisons. */
public record ReactivePolicy() implements RefreshPolicy {

  @Override
  public Plan plan(GrantFacts grant, ActivityFacts activity, Instant now) {
    return new Plan.Never(Why.POLICY);
  }

  @Override
  public Decision decide(GrantFacts grant, ActivityFacts activity, Instant now) {
    return new Decision.Never(Why.POLICY, Expectation.NONE);
  }
}
