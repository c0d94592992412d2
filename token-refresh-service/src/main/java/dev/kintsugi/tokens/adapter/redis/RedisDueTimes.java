package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.runtime.DueTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schedule as a sorted set: {@code ZRANGE kintsugi:due 0 -1 WITHSCORES} shows each task and its
 * time in milliseconds since 1970. A claim moves the time to the end of the hold. Thread-safe.
 */
public final class RedisDueTimes implements DueTimes {

  private static final Logger LOG = LoggerFactory.getLogger(RedisDueTimes.class);

  private final RedisCalls redis;
  private final String key;

  public RedisDueTimes(RedisCalls redis, String prefix) {
    this.redis = redis;
    this.key = prefix + "due";
  }

  @Override
  public void plan(DueTask task, Instant at) {
    redis.answer(
        template -> template.opsForZSet().add(key, task.toString(), (double) at.toEpochMilli()));
  }

  @Override
  public void forget(DueTask task) {
    forget(task.toString());
  }

  private void forget(String task) {
    redis.answer(template -> template.opsForZSet().remove(key, task));
  }

  @Override
  public List<Claimed> claim(Instant now, Instant horizon, Duration hold, int most) {
    List<String> due =
        redis.run(
            Scripts.CLAIM,
            List.of(key),
            List.of(
                Long.toString(horizon.toEpochMilli()),
                Long.toString(now.plus(hold).toEpochMilli()),
                Integer.toString(most)));
    List<Claimed> claimed = new ArrayList<>();
    for (int i = 0; i + 1 < due.size(); i += 2) {
      Instant at = moment(due.get(i + 1));
      parsed(due.get(i)).ifPresent(task -> claimed.add(new Claimed(task, at)));
    }
    return claimed;
  }

  /** Redis calls what lies before all numbers {@code -inf}. */
  private static Instant moment(String score) {
    return score.equals("-inf")
        ? Instant.EPOCH
        : Instant.ofEpochMilli((long) Double.parseDouble(score));
  }

  /** What is not a task would come back for ever. */
  private Optional<DueTask> parsed(String text) {
    try {
      return Optional.of(DueTask.parse(text));
    } catch (IllegalArgumentException foreign) {
      LOG.warn("dropping something from the schedule that is not a task");
      forget(text);
      return Optional.empty();
    }
  }

  @Override
  public Counts counts(Instant now) {
    long planned = redis.call(template -> template.opsForZSet().size(key));
    long overdue =
        redis.call(template -> template.opsForZSet().count(key, 0.0, (double) now.toEpochMilli()));
    return new Counts(planned, overdue);
  }
}
