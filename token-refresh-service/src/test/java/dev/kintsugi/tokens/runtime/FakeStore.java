package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/** The rules of the store and the schedule, in memory, with calls that can be made to fail. */
final class FakeStore implements GrantStore, DueTimes {

  private final Map<GrantKey, Found.Present> grants = new HashMap<>();
  private final Map<GrantKey, Long> numbers = new HashMap<>();
  private final Map<GrantKey, String> leases = new HashMap<>();
  private final Map<DueTask, Grant> revocations = new HashMap<>();
  private final Set<GrantKey> deleted = new HashSet<>();

  private record Due(int share, Instant at) {}

  private final Map<String, Due> times = new TreeMap<>();
  private Predicate<String> failing = _ -> false;
  private boolean lost;
  private int owners;
  private Runnable beforePut = () -> {};
  private int changes;
  private boolean delaying;
  private Runnable onItsWay = () -> {};
  private Runnable deletionOnItsWay = () -> {};

  /**
   * Calls of these names fail.
   *
   * @param afterwards the call takes effect and only its answer is lost
   */
  synchronized void fail(Predicate<String> names, boolean afterwards) {
    failing = names;
    lost = afterwards;
  }

  /** Happens each time before a grant is put. */
  synchronized void beforePut(Runnable what) {
    beforePut = what;
  }

  /** As whoever claims a task and finds no grant. */
  synchronized void forgetAll() {
    times.clear();
  }

  synchronized void recover() {
    failing = _ -> false;
  }

  /** The next store gets no answer, and arrives only after the next load. */
  synchronized void delayNextStore() {
    delaying = true;
  }

  /** A deletion arrives only after its task was looked for. */
  synchronized void delayDeletion(DueTask.Revoke task, Grant grant) {
    deletionOnItsWay = () -> revocations.put(task, grant);
  }

  synchronized Optional<Instant> planned(GrantKey key) {
    return Optional.ofNullable(times.get(new DueTask.Refresh(key).toString())).map(Due::at);
  }

  synchronized List<Grant> revocations() {
    return List.copyOf(revocations.values());
  }

  synchronized void endLease(GrantKey key) {
    leases.remove(key);
  }

  private void before(String call) {
    if (failing.test(call) && !lost) {
      throw new StoreUnavailableException(true, new IOException("down"));
    }
  }

  private void after(String call) {
    if (failing.test(call)) {
      throw new StoreUnavailableException(false, new IOException("answer lost"));
    }
  }

  @Override
  public synchronized Found load(GrantKey key) {
    before("load");
    Found.Present found = grants.get(key);
    Runnable arriving = onItsWay;
    onItsWay = () -> {};
    arriving.run();
    return found == null ? new Found.Absent(deleted.contains(key) ? 1 : 0) : found;
  }

  @Override
  public synchronized List<Found> loadAll(List<GrantKey> keys) {
    return keys.stream().map(this::load).toList();
  }

  @Override
  public synchronized Leasing lease(GrantKey key, Duration time) {
    before("lease");
    Found.Present found = grants.get(key);
    if (found == null) {
      return new Leasing.Nothing(new Found.Absent(0));
    }
    if (leases.containsKey(key)) {
      return new Leasing.Busy(found);
    }
    changes++;
    String owner = "owner-" + ++owners;
    leases.put(key, owner);
    return new Leasing.Held(found, new Lease(key, owner, numbers.merge(key, 1L, Long::sum)));
  }

  @Override
  public synchronized void release(Lease lease) {
    before("release");
    changes++;
    leases.remove(lease.key(), lease.owner());
  }

  @Override
  public synchronized OptionalLong takeNumber(GrantKey key) {
    before("number");
    changes++;
    return grants.containsKey(key)
        ? OptionalLong.of(numbers.merge(key, 1L, Long::sum))
        : OptionalLong.empty();
  }

  @Override
  public synchronized Stored store(Grant grant, long revision, long number, Duration keep) {
    before("store");
    Found.Present found = grants.get(grant.key());
    if (found == null
        || found.revision() != revision
        || numbers.getOrDefault(grant.key(), 0L) > number) {
      return Stored.REFUSED;
    }
    Found.Present next = new Found.Present(grant, revision + 1, found.lastUsed());
    if (delaying) {
      delaying = false;
      int seen = changes;
      onItsWay =
          () -> {
            if (changes == seen) {
              grants.put(grant.key(), next);
            }
          };
      throw new StoreUnavailableException(false, new IOException("answer lost"));
    }
    changes++;
    grants.put(grant.key(), next);
    after("store");
    return Stored.DONE;
  }

  @Override
  public synchronized Stored put(Grant grant, long revision, Instant usedAt, Duration keep) {
    before("put");
    beforePut.run();
    changes++;
    Found.Present found = grants.get(grant.key());
    if ((found == null ? 0 : found.revision()) != revision) {
      return Stored.REFUSED;
    }
    grants.put(grant.key(), new Found.Present(grant, revision + 1, usedAt));
    numbers.merge(grant.key(), 1L, Long::sum);
    return Stored.DONE;
  }

  @Override
  public synchronized boolean delete(DueTask.Revoke task, Duration keepMark, Duration keepContent) {
    before("delete");
    changes++;
    Found.Present found = grants.remove(task.key());
    if (found != null) {
      deleted.add(task.key());
      revocations.put(task, found.value());
    }
    return found != null;
  }

  @Override
  public synchronized void touch(GrantKey key, Instant usedAt, Duration keep) {
    before("touch");
    changes++;
    grants.computeIfPresent(
        key, (_, found) -> new Found.Present(found.value(), found.revision(), usedAt));
  }

  @Override
  public synchronized void keepForRevocation(DueTask.Revoke task, Grant grant, Duration keep) {
    before("keep");
    revocations.put(task, grant);
  }

  @Override
  public synchronized Optional<Grant> forRevocation(DueTask.Revoke task) {
    Optional<Grant> found = Optional.ofNullable(revocations.get(task));
    deletionOnItsWay.run();
    deletionOnItsWay = () -> {};
    return found;
  }

  @Override
  public synchronized void dropRevocation(DueTask.Revoke task) {
    revocations.remove(task);
  }

  @Override
  public synchronized void plan(DueTask task, int share, Instant at) {
    before("plan");
    times.put(task.toString(), new Due(share, at));
  }

  @Override
  public synchronized void forget(DueTask task, int share) {
    before("forget");
    times.computeIfPresent(task.toString(), (_, due) -> due.share() == share ? null : due);
  }

  @Override
  public synchronized List<Claimed> claim(
      Instant now, IntFunction<Instant> horizon, Duration hold, int most) {
    before("claim");
    List<Claimed> due =
        times.entrySet().stream()
            .filter(
                entry -> !entry.getValue().at().isAfter(horizon.apply(entry.getValue().share())))
            .limit(most)
            .map(entry ->
                new Claimed(
                    DueTask.parse(entry.getKey()), entry.getValue().share(), entry.getValue().at()))
            .toList();
    due.forEach(
        claimed -> times.put(claimed.task().toString(), new Due(claimed.share(), now.plus(hold))));
    return due;
  }

  @Override
  public synchronized Counts counts(Instant now) {
    return new Counts(times.size(), 0);
  }
}
