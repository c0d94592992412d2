package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.ThresholdPolicy;
import dev.kintsugi.tokens.domain.forecast.Outlook;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Renews where somebody will need the token, by what is known of the user's activity, and decides
 * as late as it can be decided. Whom no model is at hand for, because another instance has it or is
 * gone, it renews as {@link ThresholdPolicy} does.
 */
public final class ForecastPolicy implements RefreshPolicy {

  /*
   * Time runs in the activity's own clock, which is as fast as ours but in replays. Everything is
   * counted from the user's last request: the newest that the model has, or the last use of the
   * grant, whichever is later (requests that reach neither gateway nor node leave no activity, and
   * events are a moment behind).
   */

  /** As late before the token's end as that, or an eighth of its life if that is less. */
  private static final Duration LEAD = Duration.ofSeconds(10);

  private final ActivityModels models;
  private final Duration threshold;
  private final Duration margin;
  private final DoubleSupplier cost;
  private final DoubleSupplier speed;

  /**
   * A policy over the models of this instance.
   *
   * @param threshold how long before its end a token may be renewed at the earliest; at most a
   *     third of its life
   * @param margin before its end from which on a token is of no use
   * @param cost of a renewal in stalls
   * @param speed how many seconds of activity pass in one of the clock's: 1 but in replays
   */
  public ForecastPolicy(
      ActivityModels models,
      Duration threshold,
      Duration margin,
      DoubleSupplier cost,
      DoubleSupplier speed) {
    this.models = models;
    this.threshold = threshold;
    this.margin = margin;
    this.cost = cost;
    this.speed = speed;
  }

  @Override
  public Plan plan(GrantFacts grant, ActivityFacts activity, Instant now) {
    if (!grant.refreshable()) {
      return new Plan.Never(Why.NOT_REFRESHABLE);
    }
    if (isOfNoUse(grant)) {
      return new Plan.Never(Why.POLICY);
    }
    if (isIdle(grant, activity, now)) {
      return new Plan.Never(Why.IDLE);
    }
    if (activity.endsWithin(grant, now)) {
      return new Plan.Never(Why.SESSION_END);
    }
    return grant
        .access()
        .map(token -> new Plan.Between(earliest(token), latest(token)))
        .orElseGet(() -> new Plan.Between(now, now));
  }

  private Instant earliest(AccessToken token) {
    Instant earliest = token.expiresAt().minus(ThresholdPolicy.lead(token, threshold));
    Instant latest = latest(token);
    return earliest.isBefore(latest) ? earliest : latest;
  }

  private Instant latest(AccessToken token) {
    Duration part = token.lifetime().dividedBy(8);
    return token.expiresAt().minus(margin).minus(part.compareTo(LEAD) < 0 ? part : LEAD);
  }

  @Override
  public Decision decide(GrantFacts grant, ActivityFacts activity, Instant now) {
    if (!grant.refreshable()) {
      return new Decision.Never(Why.NOT_REFRESHABLE, Expectation.NONE);
    }
    if (isOfNoUse(grant)) {
      return new Decision.Never(Why.POLICY, Expectation.NONE);
    }
    if (isIdle(grant, activity, now)) {
      return new Decision.Never(Why.IDLE, Expectation.NONE);
    }
    if (activity.endsWithin(grant, now)) {
      return new Decision.Never(Why.SESSION_END, Expectation.NONE);
    }
    Optional<Instant> early = grant.access().map(this::earliest).filter(now::isBefore);
    if (early.isPresent()) {
      return new Decision.Later(grant.access().map(this::latest).orElseThrow(), Expectation.NONE);
    }
    Instant last = lastActivity(grant, activity, now);
    double elapsed = Math.max(0, seconds(last, now));
    double left =
        grant.access().map(token -> seconds(now, token.expiresAt().minus(margin))).orElse(0.0);
    double life =
        grant
            .access()
            .map(AccessToken::lifetime)
            .map(this::usable)
            .orElse(60.0 * speed.getAsDouble());
    return models
        .outlook(
            user(grant),
            elapsed,
            Math.max(0, left),
            life,
            sessionEnds(activity, last),
            cost.getAsDouble())
        .map(outlook -> decided(outlook, elapsed, last, now))
        .orElseGet(() -> new Decision.Renew(Expectation.NONE));
  }

  private Decision decided(Outlook outlook, double elapsed, Instant last, Instant now) {
    Expectation expected =
        new Expectation(outlook.need(), Math.clamp(outlook.soon(), 0, 1), outlook.requests());
    if (outlook.renewals().isEmpty()) {
      return new Decision.Never(Why.FORECAST, expected);
    }
    double first = outlook.renewals().getFirst();
    Instant at = last.plusNanos(Math.round(first / speed.getAsDouble() * 1e9));
    return first <= elapsed || !at.isAfter(now)
        ? new Decision.Renew(expected)
        : new Decision.Later(at, expected);
  }

  /** Its tokens end before they could be handed out; renewed ahead they would be without end. */
  private boolean isOfNoUse(GrantFacts grant) {
    return grant.access().filter(token -> token.lifetime().compareTo(margin) <= 0).isPresent();
  }

  private boolean isIdle(GrantFacts grant, ActivityFacts activity, Instant now) {
    return activity.isIdle(now)
        && new ActivityFacts(lastActivity(grant, activity, now), activity.idleTimeout())
            .isIdle(now);
  }

  private Instant lastActivity(GrantFacts grant, ActivityFacts activity, Instant now) {
    Instant used = activity.lastUsedAt();
    Instant last = models.lastActivity(user(grant)).filter(used::isBefore).orElse(used);
    return last.isAfter(now) ? now : last;
  }

  private double usable(Duration lifetime) {
    Duration usable = lifetime.minus(margin);
    return (usable.isPositive() ? usable : lifetime).toMillis() / 1e3 * speed.getAsDouble();
  }

  /** After the last activity, if there is none. */
  private double sessionEnds(ActivityFacts activity, Instant last) {
    double idle =
        activity.idleTimeout().isZero()
            ? Double.MAX_VALUE
            : activity.idleTimeout().toMillis() / 1e3 * speed.getAsDouble();
    return Math.min(
        idle, activity.sessionEndsAt().map(end -> seconds(last, end)).orElse(Double.MAX_VALUE));
  }

  private double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1e3 * speed.getAsDouble();
  }

  private static UserKey user(GrantFacts grant) {
    return new UserKey(grant.key().application(), grant.user());
  }
}
