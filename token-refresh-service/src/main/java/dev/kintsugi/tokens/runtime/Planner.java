package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.RefreshPolicy.ActivityFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.GrantFacts;
import java.time.Duration;
import java.time.Instant;

/** Puts grants on the schedule as the policy says, spread a little by chance. Thread-safe. */
public final class Planner {

  /** By up to this part of the time that is left a renewal is drawn forward. */
  private static final double SPREAD = 0.1;

  private final RefreshPolicy policy;
  private final DueTimes times;
  private final Surroundings around;

  Planner(RefreshPolicy policy, DueTimes times, Surroundings around) {
    this.policy = policy;
    this.times = times;
    this.around = around;
  }

  private Decision decide(Grant grant, Instant lastUsed) {
    return policy.decide(
        GrantFacts.of(grant), new ActivityFacts(lastUsed, grant.idleTimeout()), around.now());
  }

  /**
   * Whether the grant's token is to be renewed now; a planned time may be drawn forward a little.
   */
  boolean isDue(Grant grant, Instant lastUsed) {
    return switch (decide(grant, lastUsed)) {
      case Decision.At(Instant at) -> {
        Duration life = grant.access().map(AccessToken::lifetime).orElse(Duration.ZERO);
        yield !at.minusMillis(Math.round(life.toMillis() * SPREAD)).isAfter(around.now());
      }
      case Decision.NeverAhead _ -> false;
    };
  }

  void plan(Grant grant, Instant lastUsed) {
    DueTask task = new DueTask.Refresh(grant.key());
    switch (decide(grant, lastUsed)) {
      case Decision.At(Instant at) -> times.plan(task, spread(at));
      case Decision.NeverAhead _ -> times.forget(task);
    }
  }

  void again(Grant grant, Duration pause) {
    times.plan(new DueTask.Refresh(grant.key()), around.now().plus(pause));
  }

  void forget(DueTask task) {
    times.forget(task);
  }

  private Instant spread(Instant at) {
    long leftMillis = Math.max(0, Duration.between(around.now(), at).toMillis());
    return at.minusMillis(Math.round(leftMillis * SPREAD * around.chance()));
  }
}
