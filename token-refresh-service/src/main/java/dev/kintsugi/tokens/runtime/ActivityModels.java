package dev.kintsugi.tokens.runtime;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.forecast.Forecast;
import dev.kintsugi.tokens.domain.forecast.ModelShare;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Taken;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Written;
import dev.kintsugi.tokens.domain.forecast.Outlook;
import dev.kintsugi.tokens.domain.forecast.UserActivity;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The models of the users whose activity this instance consumes, share by share. Thread-safe: one
 * thread feeds it, any number ask; each share has a lock, held for some microseconds.
 */
public final class ActivityModels implements Shares {

  /**
   * What can be told of a user.
   *
   * @param lastMillis when the newest request was, in the time of the activity
   */
  public record Portrait(
      int requests,
      long lastMillis,
      List<Long> recentSeconds,
      List<Double> weekHours,
      Forecast forecast) {}

  private static final class Slot {
    final ModelShare models;
    boolean ready;
    boolean behind;

    Slot(ModelShare models) {
      this.models = models;
    }
  }

  private final ToIntFunction<UserKey> shareOf;
  private final Duration horizon;
  private final int mostUsersPerShare;
  private final Map<Integer, Slot> slots = new ConcurrentHashMap<>();
  private volatile Consumer<UserKey> onActivity = _ -> {};

  /**
   * Models of which none is here yet.
   *
   * @param shareOf by which users are divided, as their activity is
   * @param horizon how far forecasts reach
   */
  public ActivityModels(ToIntFunction<UserKey> shareOf, Duration horizon, int mostUsersPerShare) {
    this.shareOf = shareOf;
    this.horizon = horizon;
    this.mostUsersPerShare = mostUsersPerShare;
  }

  /** Tells of each event that was learned from, on the feeding thread; must be quick. */
  public void onActivity(Consumer<UserKey> listener) {
    onActivity = listener;
  }

  @Override
  public int of(ApplicationId application, UserId user) {
    return shareOf.applyAsInt(new UserKey(application, user));
  }

  @Override
  public boolean isMine(int share) {
    return share == NONE || find(share, slot -> slot.ready).orElse(false);
  }

  /** A share comes here; first what was written down of it is taken in. */
  public void assign(int share) {
    slots.put(share, new Slot(new ModelShare(horizon, mostUsersPerShare)));
  }

  /**
   * Takes in what was written down.
   *
   * @return whether it could be read; true also where the share has gone
   */
  public boolean restore(int share, Written written) {
    return find(share, slot -> slot.models.restore(written)).orElse(true);
  }

  /** Everything that was written down is in: from now on the share is decided about here. */
  public void ready(int share) {
    var _ = find(share, slot -> slot.ready = true);
  }

  /**
   * Whether what happened lately in a share may be missing: then its models say that users are
   * silent who are not, and nobody is to decide by them. The share stays here all the same.
   */
  public void behind(int share, boolean lags) {
    var _ = find(share, slot -> slot.behind = lags);
  }

  /** How many of the shares that are here lack what happened lately. */
  public int behind() {
    return (int)
        slots.keySet().stream()
            .filter(share -> find(share, slot -> slot.behind).orElse(false))
            .count();
  }

  /** A share has gone to another instance. */
  public void revoke(int share) {
    slots.remove(share);
  }

  /** Takes an event in; {@link Taken#KNOWN} also where the share is not here. */
  public Taken take(int share, UserKey user, long atMillis, long offset, long nowMillis) {
    return told(user, find(share, slot -> slot.models.take(user, atMillis, offset, nowMillis)));
  }

  /** Takes in that something has come for a user, which is no request, in the same way. */
  public Taken takeIncoming(int share, UserKey user, long atMillis, long offset, long nowMillis) {
    return told(
        user, find(share, slot -> slot.models.takeIncoming(user, atMillis, offset, nowMillis)));
  }

  private Taken told(UserKey user, Optional<Taken> outcome) {
    Taken taken = outcome.orElse(Taken.KNOWN);
    if (taken == Taken.LEARNED) {
      onActivity.accept(user);
    }
    return taken;
  }

  /** What is to be written down; empty if nothing is, or the share is not here. */
  public List<Written> changes(int share) {
    return find(share, slot -> slot.models.changes()).orElse(List.of());
  }

  /** These could not be written down. */
  public void unwritten(int share, List<Written> changes) {
    var _ =
        find(
            share,
            slot -> {
              slot.models.unwritten(changes);
              return true;
            });
  }

  /** How many users' models are to be written down. */
  public int unwritten() {
    return sum(ModelShare::unwritten);
  }

  /** How many users have a model here. */
  public int users() {
    return sum(ModelShare::users);
  }

  private int sum(Function<ModelShare, Integer> of) {
    return slots.keySet().stream()
        .mapToInt(share -> find(share, slot -> of.apply(slot.models)).orElse(0))
        .sum();
  }

  /** When a user's newest activity was heard of; empty: not known here. */
  Optional<Instant> lastActivity(UserKey user) {
    return find(shareOf.applyAsInt(user), slot -> slot.models.heardMillis(user))
        .filter(OptionalLong::isPresent)
        .map(heard -> Instant.ofEpochMilli(heard.getAsLong()));
  }

  /**
   * As {@link ModelShare#outlook}; empty where the user's share is not here, not ready or behind,
   * or where it makes no sense.
   */
  Optional<Outlook> outlook(
      UserKey user,
      double elapsed,
      double lead,
      double life,
      double sessionEnds,
      double renewalCost) {
    return find(
            shareOf.applyAsInt(user),
            slot ->
                slot.ready && !slot.behind
                    ? slot.models.outlook(user, elapsed, lead, life, sessionEnds, renewalCost)
                    : Optional.<Outlook>empty())
        .flatMap(outlook -> outlook)
        .filter(outlook -> outlook.need() >= 0 && outlook.need() <= 1);
  }

  /** What is known of a user; empty: nothing, or not here. */
  public Optional<Portrait> portrait(UserKey user) {
    return find(
        shareOf.applyAsInt(user),
        slot -> slot.models.find(user).map(known -> portrait(slot, user, known)).orElse(null));
  }

  private static Portrait portrait(Slot slot, UserKey user, UserActivity known) {
    return new Portrait(
        known.requests(),
        known.lastMillis(),
        java.util.Arrays.stream(known.recentSeconds()).boxed().toList(),
        java.util.Arrays.stream(known.weekHours()).boxed().toList(),
        slot.models.forecast(user));
  }

  private <T> Optional<T> find(int share, Function<Slot, @Nullable T> what) {
    Slot slot = slots.get(share);
    if (slot == null) {
      return Optional.empty();
    }
    synchronized (slot) {
      return Optional.ofNullable(what.apply(slot));
    }
  }
}
