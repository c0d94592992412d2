package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.ActivityModels.Portrait;
import dev.kintsugi.tokens.runtime.Decisions.Decided;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Tells what is known of a user, what is expected, and what was decided, to be looked at.
 * Thread-safe; a call waits for the lock of the user's share, and changes nothing.
 */
public final class ForecastDesk {

  /** What there is to be told of a user. */
  public sealed interface Answer {
    /** The policy forecasts nobody. */
    record NoForecasts() implements Answer {}

    /** The user's share is not at this instance, or not all of it is read yet. */
    record Elsewhere(int share) implements Answer {}

    /** Nobody has heard of the user, and nothing was decided for him lately. */
    record Unknown() implements Answer {}

    /**
     * What is seen at a moment.
     *
     * @param activitySpeed how many seconds of activity pass in one of the clock's
     * @param known empty: no activity was heard of
     * @param decisions of this instance, the newest first
     */
    record Seen(
        int share, Instant at, double activitySpeed, Optional<Known> known, List<Decided> decisions)
        implements Answer {}
  }

  /**
   * What was learned.
   *
   * @param heardAt when the newest request was heard of, by the clock
   * @param elapsedSeconds of activity since then; not negative
   */
  public record Known(Portrait portrait, Instant heardAt, double elapsedSeconds) {}

  private final Optional<ActivityModels> models;
  private final Decisions decisions;
  private final DoubleSupplier activitySpeed;
  private final InstantSource clock;

  /**
   * Tells of the users of this instance.
   *
   * @param models empty: nobody is forecast
   * @param activitySpeed how many seconds of activity pass in one of the clock's: 1 but in replays
   */
  public ForecastDesk(
      Optional<ActivityModels> models,
      Decisions decisions,
      DoubleSupplier activitySpeed,
      InstantSource clock) {
    this.models = models;
    this.decisions = decisions;
    this.activitySpeed = activitySpeed;
    this.clock = clock;
  }

  /** Looks at a user. */
  public Answer look(UserKey user) {
    return models.map(known -> look(user, known)).orElseGet(Answer.NoForecasts::new);
  }

  private Answer look(UserKey user, ActivityModels here) {
    int share = here.of(user.application(), user.user());
    if (!here.isMine(share)) {
      return new Answer.Elsewhere(share);
    }
    Instant now = clock.instant();
    Optional<Known> known = here.portrait(user).map(portrait -> known(user, portrait, here, now));
    List<Decided> decided = decisions.of(user);
    return known.isEmpty() && decided.isEmpty()
        ? new Answer.Unknown()
        : new Answer.Seen(share, now, activitySpeed.getAsDouble(), known, decided);
  }

  private Known known(UserKey user, Portrait portrait, ActivityModels here, Instant now) {
    Instant heardAt =
        here.lastActivity(user).orElseGet(() -> Instant.ofEpochMilli(portrait.lastMillis()));
    double elapsed = Duration.between(heardAt, now).toMillis() / 1e3 * activitySpeed.getAsDouble();
    return new Known(portrait, heardAt, Math.max(0, elapsed));
  }
}
