package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.runtime.DueTimes;
import dev.kintsugi.tokens.runtime.Shares;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
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
   */

  private static final Logger LOG = LoggerFactory.getLogger(RedisDueTimes.class);

  private final RedisCalls redis;
  private final String prefix;
  private final int shares;

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
    for (int share = Shares.NONE; share < shares && claimed.size() < most; share++) {
      claim(share, horizon.apply(share), now.plus(hold), most - claimed.size(), claimed);
    }
    return claimed;
  }

  private void claim(int share, Instant horizon, Instant until, int most, List<Claimed> claimed) {
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
      return;
    }
    hold(share, due, until);
    for (TypedTuple<String> one : due) {
      Instant at = moment(Optional.ofNullable(one.getScore()).orElse(0.0));
      parsed(String.valueOf(one.getValue()), share)
          .ifPresent(task -> claimed.add(new Claimed(task, share, at)));
    }
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
