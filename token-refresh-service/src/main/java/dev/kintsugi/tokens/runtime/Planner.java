package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.RefreshPolicy.ActivityFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.GrantFacts;
import dev.kintsugi.tokens.domain.RefreshPolicy.Plan;
import dev.kintsugi.tokens.domain.Spread;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;

/**
 * Puts grants on the schedule as the policy says, so that not too many come at once. Thread-safe.
 */
public final class Planner {

  private static final int MOST_PLACED = 200_000;

  /** So many renewals in a second, of one instance, disturb nobody. */
  private static final double CALM_PER_SECOND = 30;

  private record Placed(long generation, Instant at) {}

  private final RefreshPolicy policy;
  private final DoubleSupplier cost;
  private final TokenLives lives;
  private final DueTimes times;
  private final Shares shares;
  private final Decisions decisions;
  private final TokenEvents events;
  private final Surroundings around;
  private final Spread spread = new Spread(CALM_PER_SECOND);
  private final Cache<GrantKey, Placed> placed =
      Caffeine.newBuilder().maximumSize(MOST_PLACED).build();

  Planner(
      RefreshPolicy policy,
      DoubleSupplier cost,
      TokenLives lives,
      DueTimes times,
      Shares shares,
      Decisions decisions,
      TokenEvents events,
      Surroundings around) {
    this.policy = policy;
    this.cost = cost;
    this.lives = lives;
    this.times = times;
    this.shares = shares;
    this.decisions = decisions;
    this.events = events;
    this.around = around;
  }

  /** Whether the grant's token is to be renewed now. */
  Decision decide(Grant grant, Instant lastUsed) {
    Instant now = around.now();
    Decision decision = policy.decide(facts(grant, now), activity(grant, lastUsed), now);
    decisions.add(grant, decision, cost.getAsDouble(), now);
    events.decided(decision);
    return decision;
  }

  /** Plans the next decision about the grant. */
  void plan(Grant grant, Instant lastUsed) {
    Instant now = around.now();
    switch (policy.plan(facts(grant, now), activity(grant, lastUsed), now)) {
      case Plan.Between(Instant earliest, Instant latest) ->
          planAt(grant, place(grant, earliest, latest));
      case Plan.Never _ -> times.forget(task(grant), share(grant));
    }
  }

  private GrantFacts facts(Grant grant, Instant now) {
    return GrantFacts.of(grant, lives.reliable(grant, now));
  }

  private static ActivityFacts activity(Grant grant, Instant lastUsed) {
    return new ActivityFacts(lastUsed, grant.idleTimeout(), grant.sessionEndsAt());
  }

  /** The same time again for the same token: use does not move it. */
  private Instant place(Grant grant, Instant earliest, Instant latest) {
    Placed before = placed.getIfPresent(grant.key());
    if (before != null
        && before.generation() == grant.generation()
        && !before.at().isBefore(earliest)
        && !before.at().isAfter(latest)) {
      return before.at();
    }
    Instant now = around.now();
    long millis;
    synchronized (spread) {
      millis =
          spread.place(
              latest(earliest, now).toEpochMilli(),
              latest(latest, now).toEpochMilli(),
              around.chance());
    }
    Instant at = Instant.ofEpochMilli(millis);
    placed.put(grant.key(), new Placed(grant.generation(), at));
    return at;
  }

  private static Instant latest(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  /**
   * Plans what was decided to be decided later: before the grant's window has begun, among all
   * others in it. Many are asked too early together when they come back together.
   */
  void later(Grant grant, Instant lastUsed, Instant at) {
    Instant now = around.now();
    planAt(
        grant,
        policy.plan(facts(grant, now), activity(grant, lastUsed), now)
                    instanceof Plan.Between(Instant earliest, Instant latest)
                && earliest.isAfter(now)
            ? place(grant, earliest, latest)
            : at);
  }

  void planAt(Grant grant, Instant at) {
    times.plan(task(grant), share(grant), at);
  }

  void again(Grant grant, Duration pause) {
    planAt(grant, around.now().plus(pause));
  }

  /** Where the grant stands in the schedule. */
  int share(Grant grant) {
    return shares.of(grant.key().application(), grant.user());
  }

  private static DueTask task(Grant grant) {
    return new DueTask.Refresh(grant.key());
  }
}
