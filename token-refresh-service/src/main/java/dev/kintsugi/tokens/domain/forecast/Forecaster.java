package dev.kintsugi.tokens.domain.forecast;

import java.time.Duration;
import java.util.List;

/**
 * Learns from requests, and from what comes for users, when they will be active, and says so. One
 * for all users of an instance; not thread-safe. A request costs O(1), as does a forecast.
 */
public final class Forecaster {

  private static final long HOUR_MILLIS = 3_600_000;
  private static final int LARGEST_BYTES = 64 * 1024;
  private static final int LARGEST_USER_BYTES = 1024;

  private final List<RateModel> models;
  private final Population population = new Population();
  private final RateCombiner combiner;
  private double surprise;
  private long gaps;

  private Forecaster(List<RateModel> models, RateCombiner combiner) {
    this.models = List.copyOf(models);
    this.combiner = combiner;
  }

  /**
   * A forecaster that has learned nothing.
   *
   * @param horizon how far forecasts reach: the longest idle timeout. Longer than needed: rates of
   *     times that nobody asks about take part in what is learned
   */
  public static Forecaster of(Duration horizon) {
    return of(horizon, RateModels.ALL);
  }

  /** One that combines other models than {@link RateModels#ALL}; at least one. */
  public static Forecaster of(Duration horizon, List<RateModel> models) {
    if (!horizon.isPositive()) {
      throw new IllegalArgumentException("a forecast must reach somewhere, got " + horizon);
    }
    return new Forecaster(
        models, new RateCombiner(models, Intervals.until(horizon.toMillis() / 1000.0)));
  }

  /** What was learned of all users together; read back by {@link #restore}. */
  public byte[] snapshot() {
    State state = State.writing(LARGEST_BYTES);
    exchange(state);
    return state.written();
  }

  /**
   * Takes in what another one of the same models and horizon had learned, in place of what this one
   * has.
   *
   * @throws IllegalArgumentException if it cannot be read; then this one is of no use any more
   */
  public void restore(byte[] snapshot) {
    State state = State.reading(snapshot);
    state.readAll(() -> exchange(state));
  }

  private void exchange(State state) {
    long same = state.number(fingerprint());
    if (same != fingerprint()) {
      throw new IllegalArgumentException("a state of other models, or of another horizon");
    }
    gaps = state.number(gaps);
    population.exchange(state);
    combiner.exchange(state);
  }

  private long fingerprint() {
    return 31L * models.stream().map(RateModel::label).toList().hashCode()
        + Math.round(combiner.pieces().seconds());
  }

  /** What is known of a user; read back by {@link #user}. */
  public byte[] snapshot(UserActivity user) {
    State state = State.writing(LARGEST_USER_BYTES);
    user.exchange(state);
    return state.written();
  }

  /**
   * A user as he was known.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  public UserActivity user(byte[] snapshot) {
    UserActivity user = newUser();
    State state = State.reading(snapshot);
    state.readAll(() -> user.exchange(state));
    return user;
  }

  /** A user of whom nothing is known yet. */
  public UserActivity newUser() {
    return new UserActivity(models.size());
  }

  /**
   * Takes a request in.
   *
   * @throws IllegalArgumentException if it is older than the user's last one
   */
  public void observe(UserActivity user, long atMillis) {
    boolean firstOfHour = true;
    if (!user.isNew()) {
      double gap = (atMillis - user.lastMillis()) / 1000.0;
      if (gap < 0) {
        throw new IllegalArgumentException("older than the user's last request by " + -gap + " s");
      }
      gaps++;
      surprise += combiner.learn(user, population, gap);
      models.forEach(model -> model.observed(user, gap, atMillis));
      population.addGap(gap);
      firstOfHour = atMillis / HOUR_MILLIS > user.lastMillis() / HOUR_MILLIS;
    }
    user.add(atMillis);
    population.addRequest(atMillis, firstOfHour);
    // Kept with the user: at the end of the gap, when it is learned from, all has changed.
    user.noteLiveliness(population.liveliness(atMillis));
    combiner.forget();
  }

  /**
   * Takes in that something has come for the user which may want an answer, such as a message: no
   * request of the user's. What is forecast changes, so that what was decided by it is to be
   * decided anew.
   *
   * <p>If it comes late, it counts as of the user's newest event; of a user who has made no request
   * yet nothing is noted.
   */
  public void observeIncoming(UserActivity user, long atMillis) {
    if (!user.isNew()) {
      double silence = (atMillis - user.lastMillis()) / 1000.0;
      surprise += combiner.learnSilence(user, population, silence);
      user.addIncoming(atMillis);
    }
  }

  /** When the user's next request will come, counted from the last one. */
  public Forecast forecast(UserActivity user) {
    return new Forecast(combiner.pieces(), combiner.rates(user, population));
  }

  /** From how many gaps between requests was learned. */
  public long gaps() {
    return gaps;
  }

  /** The sum of negative log likelihoods of all gaps seen: less is better. */
  public double surprise() {
    return surprise;
  }
}
