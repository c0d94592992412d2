package dev.kintsugi.bench.tokens;

import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.DueTimes;
import dev.kintsugi.tokens.runtime.GrantStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/** Grants that are handed in, and when to look at them: what a benchmark without Redis needs. */
final class MemoryGrants implements GrantStore, DueTimes {

  private final Map<GrantKey, Found.Present> grants = new HashMap<>();
  private final Map<DueTask, Instant> times = new HashMap<>();

  void planned(BiConsumer<DueTask, Instant> each) {
    times.forEach(each);
  }

  @Override
  public Found load(GrantKey key) {
    Found.Present found = grants.get(key);
    return found == null ? new Found.Absent(0) : found;
  }

  @Override
  public Stored put(Grant grant, long revision, Instant usedAt, Duration keep) {
    grants.put(grant.key(), new Found.Present(grant, revision + 1, usedAt));
    return Stored.DONE;
  }

  @Override
  public void plan(DueTask task, int share, Instant at) {
    times.put(task, at);
  }

  @Override
  public void forget(DueTask task, int share) {
    times.remove(task);
  }

  @Override
  public Counts counts(Instant now) {
    return new Counts(times.size(), 0);
  }

  @Override
  public List<Claimed> claim(Instant now, IntFunction<Instant> horizon, Duration hold, int most) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Found> loadAll(List<GrantKey> keys) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Leasing lease(GrantKey key, Duration time) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void release(Lease lease) {
    throw new UnsupportedOperationException();
  }

  @Override
  public OptionalLong takeNumber(GrantKey key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Stored store(Grant grant, long revision, long number, Duration keep) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean delete(DueTask.Revoke task, Duration keepMark, Duration keepContent) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void touch(GrantKey key, Instant usedAt, Duration keep) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void keepForRevocation(DueTask.Revoke task, Grant grant, Duration keep) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Grant> forRevocation(DueTask.Revoke task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void dropRevocation(DueTask.Revoke task) {
    throw new UnsupportedOperationException();
  }
}
