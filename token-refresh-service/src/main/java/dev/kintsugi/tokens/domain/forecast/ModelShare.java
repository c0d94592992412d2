package dev.kintsugi.tokens.domain.forecast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.DoubleStream;

/**
 * The models of the users of one share of the activity, built from its events in the order of their
 * offsets, and written down from time to time. Whoever goes on from what was written down, with the
 * events from the offset on that was noted with it, has the same models. Not thread-safe.
 *
 * <p>Bounded: of more users than fit the ones that were away the longest are forgotten. An event
 * costs O(1), amortised.
 */
public final class ModelShare {

  /** What became of an event. */
  public enum Taken {
    LEARNED,
    /** There was one of this user in the same second: one request. */
    SAME_SECOND,
    /** It is older than the user's newest one. */
    LATE,
    /** It says that it happens in the future. */
    FUTURE,
    /** What was written down has it already. */
    KNOWN,
    /** It came for a user who has made no request. */
    NOBODY
  }

  /**
   * What is to be written down.
   *
   * @param user whose it is; empty: what was learned of all together
   * @param offset of the newest event in it
   * @param state empty: the user is forgotten
   */
  public record Written(Optional<UserKey> user, long offset, Optional<byte[]> state) {}

  private static final class Known {
    final UserActivity activity;
    long offset;
    long heardMillis;

    Known(UserActivity activity, long offset) {
      this.activity = activity;
      this.offset = offset;
      this.heardMillis = activity.lastMillis();
    }
  }

  /** By how much the clock of whoever saw the event may be ahead. */
  private static final long TOLERANCE_MILLIS = Duration.ofMinutes(5).toMillis();

  private static final double SOON_SECONDS = 60;

  /** Of all users together, before anybody is forecast. */
  private static final int LEAST_GAPS = 200;

  private final Duration horizon;
  private final int mostUsers;
  private final RenewalPlanner planner = new RenewalPlanner();

  /** In the order of their newest events. */
  private final LinkedHashMap<UserKey, Known> users = new LinkedHashMap<>();

  private final Set<UserKey> changed = new LinkedHashSet<>();
  private final Set<UserKey> forgotten = new LinkedHashSet<>();
  private Forecaster forecaster;
  private long offset = -1;

  /**
   * A share of which nothing is known.
   *
   * @param horizon how far forecasts reach
   * @param mostUsers 1 or more
   */
  public ModelShare(Duration horizon, int mostUsers) {
    if (mostUsers < 1) {
      throw new IllegalArgumentException("must have room for 1 user at least, got " + mostUsers);
    }
    this.horizon = horizon;
    this.mostUsers = mostUsers;
    this.forecaster = Forecaster.of(horizon);
  }

  /**
   * Takes an event in.
   *
   * @param atMillis when it happened, since 1970
   * @param eventOffset larger than those before
   * @param nowMillis when it is known to have happened at the latest
   */
  public Taken take(UserKey user, long atMillis, long eventOffset, long nowMillis) {
    Known known = users.get(user);
    if (eventOffset <= (known == null ? -1 : known.offset)) {
      return Taken.KNOWN;
    }
    if (atMillis > nowMillis + TOLERANCE_MILLIS || atMillis < 0) {
      return Taken.FUTURE;
    }
    if (known != null && !known.activity.isNew()) {
      long last = known.activity.lastMillis();
      if (Math.floorDiv(atMillis, 1000L) == Math.floorDiv(last, 1000L)) {
        return Taken.SAME_SECOND;
      }
      if (atMillis < last) {
        return Taken.LATE;
      }
    }
    if (known == null) {
      known = new Known(forecaster.newUser(), -1);
      forgotten.remove(user);
    }
    users.putLast(user, known);
    forecaster.observe(known.activity, atMillis);
    known.offset = eventOffset;
    known.heardMillis = nowMillis;
    offset = Math.max(offset, eventOffset);
    changed.add(user);
    forgetBeyond();
    return Taken.LEARNED;
  }

  /**
   * Takes in that something has come for a user, as {@link Forecaster#observeIncoming} does.
   *
   * @param eventOffset larger than those before, requests' included
   * @param nowMillis when it is known to have come at the latest
   */
  public Taken takeIncoming(UserKey user, long atMillis, long eventOffset, long nowMillis) {
    Known known = users.get(user);
    if (known == null) {
      return Taken.NOBODY;
    }
    if (eventOffset <= known.offset) {
      return Taken.KNOWN;
    }
    if (atMillis > nowMillis + TOLERANCE_MILLIS || atMillis < 0) {
      return Taken.FUTURE;
    }
    forecaster.observeIncoming(known.activity, atMillis);
    known.offset = eventOffset;
    offset = Math.max(offset, eventOffset);
    changed.add(user);
    return Taken.LEARNED;
  }

  private void forgetBeyond() {
    while (users.size() > mostUsers) {
      UserKey eldest = users.firstEntry().getKey();
      users.remove(eldest);
      changed.remove(eldest);
      forgotten.add(eldest);
    }
  }

  /**
   * Takes in what was written down before, in the order in which it was: of a user there may be
   * several records, of which the last one counts. What cannot be read is as if it had not been.
   *
   * @return whether it could be read
   */
  public boolean restore(Written written) {
    if (written.user().isEmpty()) {
      return restoreShared(written);
    }
    UserKey user = written.user().get();
    if (written.state().isEmpty()) {
      users.remove(user);
      forgotten.remove(user);
      return true;
    }
    try {
      users.putLast(user, new Known(forecaster.user(written.state().get()), written.offset()));
      forgotten.remove(user);
      forgetBeyond();
      return true;
    } catch (IllegalArgumentException unreadable) {
      return false;
    }
  }

  private boolean restoreShared(Written written) {
    if (written.state().isEmpty()) {
      return true;
    }
    Forecaster restored = Forecaster.of(horizon);
    try {
      restored.restore(written.state().get());
    } catch (IllegalArgumentException unreadable) {
      return false;
    }
    forecaster = restored;
    offset = written.offset();
    return true;
  }

  /**
   * What has changed since the last call, to be written down; what was learned of all together
   * comes last. If it cannot be, {@link #unwritten} takes it back.
   */
  public List<Written> changes() {
    List<Written> all = new ArrayList<>(changed.size() + forgotten.size() + 1);
    forgotten.forEach(user -> all.add(new Written(Optional.of(user), offset, Optional.empty())));
    for (UserKey user : changed) {
      Known known = users.get(user);
      if (known != null) {
        all.add(
            new Written(
                Optional.of(user), known.offset, Optional.of(forecaster.snapshot(known.activity))));
      }
    }
    if (!all.isEmpty()) {
      all.add(new Written(Optional.empty(), offset, Optional.of(forecaster.snapshot())));
    }
    changed.clear();
    forgotten.clear();
    return all;
  }

  /** These changes were not written down after all. */
  public void unwritten(List<Written> changes) {
    for (Written change : changes) {
      change
          .user()
          .ifPresent(user -> {
            if (users.containsKey(user)) {
              changed.add(user);
            } else {
              forgotten.add(user);
            }
          });
    }
  }

  /** How many users' models are to be written down. */
  public int unwritten() {
    return changed.size() + forgotten.size();
  }

  public int users() {
    return users.size();
  }

  /** What is known of a user; to be looked at only, and only until the next event. */
  public Optional<UserActivity> find(UserKey user) {
    return Optional.ofNullable(users.get(user)).map(known -> known.activity);
  }

  /**
   * When the user's newest request was heard of: by the clock of the topic, in which activity may
   * be replayed faster than it happened. Empty: never.
   */
  public OptionalLong heardMillis(UserKey user) {
    Known known = users.get(user);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known.heardMillis);
  }

  /** When the user's next request will come; by what all do where nothing is known of this one. */
  public Forecast forecast(UserKey user) {
    return forecaster.forecast(activity(user));
  }

  /**
   * Decides as {@link RenewalPlanner#plan} does.
   *
   * @return empty as long as too little was learned to tell anything
   */
  public Optional<Outlook> outlook(
      UserKey user,
      double elapsed,
      double lead,
      double life,
      double sessionEnds,
      double renewalCost) {
    if (forecaster.gaps() < LEAST_GAPS) {
      return Optional.empty();
    }
    UserActivity activity = activity(user);
    Forecast forecast = forecaster.forecast(activity);
    List<Double> renewals =
        DoubleStream.of(
                planner.plan(forecast, elapsed + lead, life, sessionEnds, lead, renewalCost))
            .boxed()
            .toList();
    double until = Math.min(sessionEnds, elapsed + life);
    return Optional.of(
        new Outlook(
            renewals,
            forecast.probability(elapsed, Math.max(elapsed, until)),
            forecast.probability(elapsed, elapsed + SOON_SECONDS),
            activity.requests()));
  }

  private UserActivity activity(UserKey user) {
    return find(user).orElseGet(forecaster::newUser);
  }
}
