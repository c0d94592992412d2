package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.runtime.DueTimes;
import dev.kintsugi.tokens.runtime.Shares;
import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.core.ZSetOperations.TypedTuple;

/**
 * The schedule as sorted sets, one for each share and one for what belongs to none: {@code ZRANGE
 * kintsugi:due:3 0 -1 WITHSCORES} shows each task and its time in milliseconds since 1970. A claim
 * moves the time to the end of the hold. Thread-safe.
 */
public final class RedisDueTimes implements DueTimes {

  /*
   * A claim is a look and a move, not one step: two instances that look at the same moment both get
   * the task. It does no harm, since a lease decides who may redeem, and it is rare, since each
   * share has one instance that looks at what is not overdue yet. Each call is about one key, and no
   * script is needed.
   *
   * No share is first for ever: a provider that is away leaves behind revocations without end.
   */

  private static final Logger LOG = LoggerFactory.getLogger(RedisDueTimes.class);

  private final RedisCalls redis;
  private final String prefix;
  private final int shares;
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * A schedule.
   *
   * @param shares how many there are
   */
  public RedisDueTimes(RedisCalls redis, String prefix, int shares) {
    this.redis = redis;
    this.prefix = prefix;
    this.shares = shares;
  }

  private String key(int share) {
    return share == Shares.NONE ? prefix + "due" : prefix + "due:" + share;
  }

  @Override
  public void plan(DueTask task, int share, Instant at) {
    redis.answer(template ->
        template.opsForZSet().add(key(share), task.toString(), (double) at.toEpochMilli()));
  }

  @Override
  public void forget(DueTask task, int share) {
    forget(task.toString(), share);
  }

  private void forget(String task, int share) {
    redis.answer(template -> template.opsForZSet().remove(key(share), task));
  }

  @Override
  public List<Claimed> claim(Instant now, IntFunction<Instant> horizon, Duration hold, int most) {
    List<Claimed> claimed = new ArrayList<>();
    try {
      claim(inTurn(), horizon, now.plus(hold), most, claimed);
    } catch (StoreUnavailableException unreachable) {
      // Of a cluster a part may be away; what the others gave is held by us, and nobody else's.
      if (claimed.isEmpty()) {
        throw unreachable;
      }
    }
    return claimed;
  }

  /** All shares, beginning with another one each time. */
  private List<Integer> inTurn() {
    List<Integer> all =
        IntStream.range(Shares.NONE, shares)
            .boxed()
            .collect(Collectors.toCollection(ArrayList::new));
    Collections.rotate(all, Math.floorMod(turn.getAndIncrement(), all.size()));
    return all;
  }

  /** From each share its part; what is left of it goes to those that have more. */
  private void claim(
      List<Integer> from,
      IntFunction<Instant> horizon,
      Instant until,
      int most,
      List<Claimed> claimed) {
    int part = Math.max(1, most / from.size());
    List<Integer> more = new ArrayList<>();
    for (int share : from) {
      int room = Math.min(part, most - claimed.size());
      if (room > 0 && claim(share, horizon.apply(share), until, room, claimed) == room) {
        more.add(share);
      }
    }
    for (int share : more) {
      int room = most - claimed.size();
      if (room > 0) {
        var _ = claim(share, horizon.apply(share), until, room, claimed);
      }
    }
  }

  private int claim(int share, Instant horizon, Instant until, int most, List<Claimed> claimed) {
    Set<TypedTuple<String>> due =
        redis.call(template ->
            template
                .opsForZSet()
                .rangeByScoreWithScores(
                    key(share),
                    Double.NEGATIVE_INFINITY,
                    (double) horizon.toEpochMilli(),
                    0,
                    most));
    if (due.isEmpty()) {
      return 0;
    }
    hold(share, due, until);
    for (TypedTuple<String> one : due) {
      Instant at = moment(Optional.ofNullable(one.getScore()).orElse(0.0));
      parsed(String.valueOf(one.getValue()), share)
          .ifPresent(task -> claimed.add(new Claimed(task, share, at)));
    }
    return due.size();
  }

  /** What has been forgotten meanwhile comes back, and is found to be nothing when it is due. */
  private void hold(int share, Set<TypedTuple<String>> due, Instant until) {
    Set<TypedTuple<String>> held = new java.util.HashSet<>();
    for (TypedTuple<String> one : due) {
      held.add(TypedTuple.of(String.valueOf(one.getValue()), (double) until.toEpochMilli()));
    }
    redis.answer(template -> template.opsForZSet().add(key(share), held));
  }

  /** Somebody may have put any number there. */
  private static Instant moment(double score) {
    return Double.isFinite(score) ? Instant.ofEpochMilli((long) score) : Instant.EPOCH;
  }

  /** What is not a task would come back for ever. */
  private Optional<DueTask> parsed(String text, int share) {
    try {
      return Optional.of(DueTask.parse(text));
    } catch (IllegalArgumentException foreign) {
      LOG.warn("dropping something from the schedule that is not a task");
      forget(text, share);
      return Optional.empty();
    }
  }

  @Override
  public Counts counts(Instant now) {
    long planned = 0;
    long overdue = 0;
    for (int share = Shares.NONE; share < shares; share++) {
      String key = key(share);
      planned += redis.call(template -> template.opsForZSet().size(key));
      overdue +=
          redis.call(
              template -> template.opsForZSet().count(key, 0.0, (double) now.toEpochMilli()));
    }
    return new Counts(planned, overdue);
  }
}
