package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a slot has to look at when its time comes: sessions that may be due to end, end
 * marks that may go. Only the owner has one, and only while it serves. Not thread-safe; bounded
 * work per tick.
 */
final class SlotTimes {
  /*
   * Everything here follows from the shards, so a new owner makes it anew: the names of the shards
   * are taken down at once, and sorted into the wheel in parts, tick by tick.
   *
   * The wheel runs by elapsed time and the facts by wall time. A session is due when both say so: a
   * wall clock that is set ends nothing by itself, also where the slot is read anew for it, since
   * the earliest time counts that it may be.
   *
   * A session of the future is told of like one that is due: whoever looks at it takes its times
   * back, else it would live on for as long as some clock was wrong.
   *
   * A session stands in the wheel as long as it is timed, and is looked at anew when its moment
   * comes: activity in between moves nothing, it only makes the next moment a later one. A session
   * that is due stands there again at once, for the case that nothing comes of it.
   */

  private static final long TICK_NANOS = Duration.ofMillis(100).toNanos();
  private static final int BUCKETS = 1_024;
  private static final int MOST_VISITS = 2_000;
  private static final int FEW_VISITS = 20;
  private static final int MOST_DUE = 64;

  /** Deadlines that fall together are spread over a sixteenth of the wait, 10 s at most. */
  private static final int SPREAD = 16;

  private static final Duration LONGEST_SPREAD = Duration.ofSeconds(10);

  /** What lies further ahead is looked at anew then; also keeps absurd times within a long. */
  private static final Duration FARTHEST = Duration.ofDays(1);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  /** What has come due. */
  record Come(List<SessionId> sessions, List<SessionId> endMarks) {
    static final Come NONE = new Come(List.of(), List.of());
  }

  private final SlotFold fold;
  private final Duration endMark;
  private @Nullable TimingWheel wheel;
  private List<SessionId> unsorted = List.of();

  /** Whether the last tick gave out as much as it may. */
  private boolean full;

  private int sorted;

  SlotTimes(SlotFold fold, Duration endMark) {
    this.fold = fold;
    this.endMark = endMark;
  }

  /** Serving begins. */
  void open(long nowNanos) {
    wheel = new TimingWheel(TICK_NANOS, BUCKETS, nowNanos);
    unsorted = fold.timed();
    sorted = 0;
  }

  /** Serving is over. */
  void close() {
    wheel = null;
    unsorted = List.of();
    full = false;
  }

  /**
   * A write was applied.
   *
   * @param before the shard as it was
   */
  void onWritten(SessionId session, Optional<Shard> before, long nowNanos, WallClock.Span now) {
    if (wheel == null || !fold.hasTimes(session)) {
      return;
    }
    Optional<Shard> after = fold.shard(session);
    if (after.filter(Lifetimes::isTimed).isPresent()
        && before.filter(Lifetimes::isTimed).isEmpty()) {
      schedule(wheel, session, after.get(), Duration.ZERO, nowNanos, now);
    }
  }

  /** Whether the next tick has more to do than what becomes due until then. */
  boolean isBehind() {
    return full || !unsorted.isEmpty();
  }

  /**
   * Time passes.
   *
   * @param hurried whether the node has something better to do than to sort what was there before
   */
  Come tick(long nowNanos, WallClock.Span now, boolean hurried) {
    TimingWheel turning = wheel;
    if (turning == null) {
      return Come.NONE;
    }
    sort(turning, hurried ? FEW_VISITS : MOST_VISITS, nowNanos, now);
    List<SessionId> sessions = new ArrayList<>();
    List<SessionId> endMarks = new ArrayList<>();
    turning.advance(
        nowNanos,
        MOST_VISITS,
        MOST_DUE,
        session -> {
          Optional<Shard> shard = fold.shard(session);
          Optional<Duration> left = shard.flatMap(known -> left(known, now));
          if (left.isEmpty()) {
            return;
          }
          if (left.get().isPositive() && !isAhead(shard.get(), now.latest())) {
            schedule(turning, session, shard.get(), Duration.ZERO, nowNanos, now);
            return;
          }
          (Lifetimes.isEndMark(shard.get()) ? endMarks : sessions).add(session);
          turning.add(session, nowNanos + pause(shard.get()).toNanos());
        });
    full = sessions.size() + endMarks.size() >= MOST_DUE;
    return sessions.isEmpty() && endMarks.isEmpty() ? Come.NONE : new Come(sessions, endMarks);
  }

  /** A session that is of the future by the earliest time was stamped by the other clock. */
  private Optional<Duration> left(Shard shard, WallClock.Span now) {
    Instant moment = isAhead(shard, now.earliest()) ? now.latest() : now.earliest();
    return Lifetimes.untilDue(shard, moment, endMark);
  }

  private static boolean isAhead(Shard shard, Instant moment) {
    return shard.facts().filter(facts -> Lifetimes.isAhead(facts, moment)).isPresent();
  }

  /** Sorts in the next part of what was there when serving began. */
  private void sort(TimingWheel turning, int most, long nowNanos, WallClock.Span now) {
    int until = Math.min(unsorted.size(), sorted + most);
    while (sorted < until) {
      SessionId session = unsorted.get(sorted++);
      Optional<Shard> shard = fold.shard(session).filter(Lifetimes::isTimed);
      if (shard.isPresent()) {
        schedule(turning, session, shard.get(), gain(shard.get(), now), nowNanos, now);
      }
    }
    if (sorted == unsorted.size()) {
      unsorted = List.of();
      sorted = 0;
    }
  }

  /**
   * A new owner waits an interval at least: reports of activity may be on their way to it. Nothing
   * is gained where no activity counts any more: beyond the greatest age, and once half-ended.
   */
  private static Duration gain(Shard shard, WallClock.Span now) {
    Optional<SessionFacts> alive =
        shard.facts().filter(facts -> facts.state() == SessionFacts.State.LIVE);
    Duration interval =
        alive.flatMap(SessionFacts::idleTimeout).map(Lifetimes::interval).orElse(Duration.ZERO);
    Duration most =
        alive
            .flatMap(Lifetimes::absoluteEnd)
            .map(end -> Duration.between(now.earliest(), end))
            .orElse(interval);
    return most.compareTo(interval) < 0 ? most : interval;
  }

  /** Before what came due is looked at again, should nothing have come of it. */
  private static Duration pause(Shard shard) {
    Duration interval =
        shard
            .facts()
            .flatMap(facts -> facts.idleTimeout().or(facts::absoluteTimeout))
            .map(Lifetimes::interval)
            .orElse(LONGEST_PAUSE);
    Duration most = interval.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : interval;
    return most.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : most;
  }

  private void schedule(
      TimingWheel turning,
      SessionId session,
      Shard shard,
      Duration least,
      long nowNanos,
      WallClock.Span now) {
    Optional<Duration> left = left(shard, now);
    if (left.isPresent()) {
      long wait = Math.max(nanos(left.get()), nanos(least));
      turning.add(session, nowNanos + wait + spread(session, wait));
    }
  }

  private static long nanos(Duration wait) {
    return wait.compareTo(FARTHEST) > 0
        ? FARTHEST.toNanos()
        : wait.isNegative() ? 0 : wait.toNanos();
  }

  /** The same for a session each time, different from session to session. */
  private static long spread(SessionId session, long waitNanos) {
    long most = Math.min(waitNanos / SPREAD, LONGEST_SPREAD.toNanos());
    long hash = session.hashCode() * 0x9E3779B97F4A7C15L;
    return most <= 0 ? 0 : Math.floorMod(hash >>> 1, most);
  }

  /** How many sessions and end marks it knows of. */
  int size() {
    return wheel == null ? 0 : wheel.size() + unsorted.size() - sorted;
  }
}
