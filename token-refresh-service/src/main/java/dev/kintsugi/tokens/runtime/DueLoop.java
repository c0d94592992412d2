package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.tokens.domain.DueQueue;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.Ready;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.Why;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is due: claims tasks from the shared schedule a little ahead of their time, waits for
 * it in memory, decides, and renews a bounded number at once, those first whose tokens are needed
 * first. Tasks of an instance that dies are claimed by the others when its hold has ended, or its
 * share of them is overdue.
 */
public final class DueLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DueLoop.class);
  private static final Duration HORIZON = Duration.ofMillis(500);
  private static final Duration LEAST_PAUSE = Duration.ofMillis(5);
  private static final Duration BUDGET_PAUSE = Duration.ofMillis(20);

  /** So long overdue, a task is done by others than those who have its user's model. */
  static final Duration FOREIGN_PATIENCE = Duration.ofSeconds(3);

  private static final int CLAIMED_PER_PLACE = 32;

  /** While as many wait as fit, a part of what is due is looked at: it may be needed sooner. */
  private static final int LOOKED_AT_WHEN_FULL = 8;

  private static final int MOST_FAILURES = 200_000;

  private final GrantStore store;
  private final DueTimes times;
  private final Shares shares;
  private final Planner planner;
  private final Refresher refresher;
  private final Revoker revoker;
  private final TokenEvents events;
  private final Outcomes outcomes;
  private final Sleepers sleepers;
  private final Costs costs;
  private final RefreshSettings settings;
  private final Surroundings around;
  private final Duration poll;
  private final Semaphore deciding;
  private final Semaphore renewing;
  private final DueQueue queue;
  private final Map<DueTask, Integer> claimedIn = new HashMap<>();
  private final Ready ready;
  private final Semaphore revoking;
  private final Cache<GrantKey, Integer> failures =
      Caffeine.newBuilder()
          .maximumSize(MOST_FAILURES)
          .expireAfterWrite(Duration.ofHours(1))
          .build();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean closed;
  private @Nullable Thread loop;

  DueLoop(
      GrantStore store,
      DueTimes times,
      Shares shares,
      Planner planner,
      Refresher refresher,
      Revoker revoker,
      TokenEvents events,
      Outcomes outcomes,
      Sleepers sleepers,
      Costs costs,
      RefreshSettings settings,
      Surroundings around,
      Duration poll,
      int parallel) {
    this.store = store;
    this.times = times;
    this.shares = shares;
    this.planner = planner;
    this.refresher = refresher;
    this.revoker = revoker;
    this.events = events;
    this.outcomes = outcomes;
    this.sleepers = sleepers;
    this.costs = costs;
    this.settings = settings;
    this.around = around;
    this.poll = poll;
    this.deciding = new Semaphore(parallel);
    this.renewing = new Semaphore(parallel);
    this.revoking = new Semaphore(Math.max(1, parallel / 2));
    this.queue = new DueQueue(CLAIMED_PER_PLACE * parallel);
    this.ready = new Ready(CLAIMED_PER_PLACE * parallel);
  }

  public synchronized void start() {
    loop = Thread.ofVirtual().name("due-times").start(this::run);
  }

  private void run() {
    long nextClaim = around.nanos();
    try {
      while (!closed) {
        if (around.nanos() - nextClaim >= 0) {
          claim(around.now());
          nextClaim = around.nanos() + poll.toNanos();
        }
        take(around.now()).forEach((task, share) -> threads.execute(() -> perform(task, share)));
        renewReady();
        around.pauses().pause(pause(around.now(), Duration.ofNanos(nextClaim - around.nanos())));
      }
    } catch (RejectedExecutionException closing) {
      LOG.debug("what was claimed and not begun is anybody's when the hold has ended");
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void claim(Instant now) {
    int room;
    synchronized (queue) {
      room = queue.room();
    }
    synchronized (ready) {
      room = Math.min(room, Math.max(ready.room(), ready.capacity() / LOOKED_AT_WHEN_FULL));
    }
    if (room <= 0) {
      return;
    }
    try {
      List<DueTimes.Claimed> claimed =
          times.claim(
              now,
              share -> shares.isMine(share) ? now.plus(HORIZON) : now.minus(FOREIGN_PATIENCE),
              settings.lease().plus(HORIZON),
              room);
      claimed.forEach(task -> again(task.task(), task.share(), task.at()));
    } catch (StoreUnavailableException unreachable) {
      LOG.debug("the schedule cannot be read now");
    } catch (RuntimeException bug) {
      LOG.error("reading the schedule failed", bug);
    }
  }

  /** What is due, and the share that each was claimed in. */
  private Map<DueTask, Integer> take(Instant now) {
    Map<DueTask, Integer> taken = new HashMap<>();
    synchronized (queue) {
      for (DueTask task : queue.take(now, deciding.availablePermits())) {
        taken.put(task, Optional.ofNullable(claimedIn.remove(task)).orElse(Shares.NONE));
      }
    }
    deciding.acquireUninterruptibly(taken.size());
    return taken;
  }

  /** Never longer than until the next claim: the clock may be set back. */
  private Duration pause(Instant now, Duration untilClaim) {
    Duration left;
    synchronized (queue) {
      left =
          queue
              .next()
              .map(at -> Duration.between(now, at))
              .filter(due -> due.compareTo(untilClaim) < 0)
              .orElse(untilClaim);
    }
    synchronized (ready) {
      if (ready.size() > 0 && left.compareTo(BUDGET_PAUSE) > 0) {
        left = BUDGET_PAUSE;
      }
    }
    return left.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : left;
  }

  private void again(DueTask task, int share, Instant at) {
    synchronized (queue) {
      if (queue.room() > 0) {
        queue.add(task, at);
        claimedIn.put(task, share);
      }
    }
  }

  private void perform(DueTask task, int share) {
    try {
      switch (task) {
        case DueTask.Refresh refresh -> decide(refresh, share);
        case DueTask.Revoke revoke -> revoke(revoke);
      }
    } catch (StoreUnavailableException unreachable) {
      again(task, share, around.now().plus(aheadPause(task.key(), Optional.empty())));
    } catch (RuntimeException bug) {
      LOG.error("task {} failed", task, bug);
    } finally {
      deciding.release();
    }
    renewReady();
  }

  /**
   * A provider that is slow to revoke must not take the places of those who decide; what finds none
   * comes again when its hold has ended.
   */
  private void revoke(DueTask.Revoke task) {
    if (!revoking.tryAcquire()) {
      return;
    }
    try {
      revoker.run(task);
    } finally {
      revoking.release();
    }
  }

  private void decide(DueTask.Refresh task, int share) {
    Found found = store.load(task.key());
    if (!(found instanceof Found.Present(Grant grant, long _, Instant lastUsed))) {
      if (found instanceof Found.Unreadable) {
        events.unreadable();
        LOG.error("grant {} cannot be read with the configured encryption keys", task.key());
      }
      drop(task.key());
      forget(task, share);
      return;
    }
    outcomes.settle(grant.key(), lastUsed);
    // Asleep before the decision, not after it: activity that comes meanwhile must not be missed.
    sleepers.sleep(grant);
    Decision decision = planner.decide(grant, lastUsed);
    switch (decision) {
      case Decision.Renew(var expected) -> {
        sleepers.remove(grant);
        synchronized (ready) {
          ready.add(new Ready.Waiting(grant, expected, around.now().plus(settings.lease())));
        }
      }
      case Decision.Later(Instant at, var expected) -> {
        drop(task.key());
        failures.invalidate(grant.key());
        planner.later(grant, lastUsed, at);
        awake(grant, expected.requests() > 0);
        left(task, share, grant);
      }
      case Decision.Never(Why why, var _) -> {
        drop(task.key());
        forget(grant, lastUsed);
        awake(grant, why == Why.FORECAST);
        left(task, share, grant);
      }
    }
  }

  /** What was decided before does not hold any more. */
  private void drop(GrantKey key) {
    synchronized (ready) {
      ready.drop(key);
    }
  }

  /** Lets the grant sleep, unless its user has become active since the decision was begun. */
  private void awake(Grant grant, boolean sleeps) {
    boolean wasAsleep = sleeps ? sleepers.sleeps(grant) : sleepers.remove(grant);
    if (sleeps && !wasAsleep) {
      planner.planAt(grant, around.now());
    }
  }

  /** Nothing stays behind where a grant stood before its user was another one, or users divided. */
  private void left(DueTask.Refresh task, int share, Grant grant) {
    if (share != planner.share(grant)) {
      times.forget(task, share);
    }
  }

  /** Renews as many as there are places and budget for, on threads of their own. */
  private void renewReady() {
    while (renewing.tryAcquire()) {
      Optional<Ready.Waiting> next = next();
      if (next.isEmpty()) {
        renewing.release();
        return;
      }
      try {
        threads.execute(() -> renewAndRelease(next.get()));
      } catch (RejectedExecutionException closing) {
        renewing.release();
        return;
      }
    }
  }

  /** What waited for longer than it was held for is decided anew, by whoever claims it. */
  private Optional<Ready.Waiting> next() {
    synchronized (ready) {
      ready.dropBefore(around.now());
      return ready.size() > 0 && costs.spend() ? ready.take() : Optional.empty();
    }
  }

  private void renewAndRelease(Ready.Waiting waiting) {
    Grant grant = waiting.grant();
    DueTask.Refresh task = new DueTask.Refresh(grant.key());
    try {
      renew(task, waiting);
    } catch (StoreUnavailableException unreachable) {
      again(
          task, planner.share(grant), around.now().plus(aheadPause(grant.key(), Optional.empty())));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException bug) {
      LOG.error("task {} failed", task, bug);
    } finally {
      renewing.release();
    }
    renewReady();
  }

  private void renew(DueTask.Refresh task, Ready.Waiting waiting) throws InterruptedException {
    Grant grant = waiting.grant();
    switch (await(grant)) {
      case Refreshed.Fresh _ -> {
        failures.invalidate(grant.key());
        outcomes.renewed(grant.key(), waiting.expected().need(), around.now());
      }
      case Refreshed.Dead _, Refreshed.Gone _ -> forget(grant, Instant.MAX);
      case Refreshed.Failed failed ->
          planner.again(grant, aheadPause(task.key(), failed.retryAfter()));
    }
  }

  private Refreshed await(Grant grant) throws InterruptedException {
    try {
      return refresher.refresh(grant.key(), grant.generation(), Trigger.AHEAD).get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(failure.getCause());
    }
  }

  private void forget(DueTask.Refresh task, int share) {
    failures.invalidate(task.key());
    times.forget(task, share);
  }

  /**
   * Takes a grant off the schedule, and looks again: who changed or used it while that was decided
   * has planned it before, which must stand.
   */
  private void forget(Grant decided, Instant lastUsed) {
    forget(new DueTask.Refresh(decided.key()), planner.share(decided));
    if (store.load(decided.key()) instanceof Found.Present(Grant grant, long _, Instant used)
        && (grant.generation() != decided.generation() || used.isAfter(lastUsed))) {
      planner.plan(grant, used);
    }
  }

  private Duration aheadPause(GrantKey key, Optional<Duration> retryAfter) {
    int count = failures.asMap().merge(key, 1, Integer::sum);
    return settings.aheadBackoff().pause(count, retryAfter, around.chance());
  }

  /** Somebody is active again whose tokens were not renewed: what is to become of them is due. */
  void wake(UserKey user) {
    for (GrantKey key : sleepers.wake(user)) {
      try {
        threads.execute(() -> due(user, key));
      } catch (RejectedExecutionException closing) {
        return;
      }
    }
  }

  private void due(UserKey user, GrantKey key) {
    try {
      times.plan(
          new DueTask.Refresh(key), shares.of(user.application(), user.user()), around.now());
    } catch (StoreUnavailableException unreachable) {
      LOG.debug("grant {} cannot be planned now; its next use will do so", key);
    }
  }

  /** Claims nothing more and lets what is under way end, for a few seconds. */
  @Override
  public synchronized void close() {
    closed = true;
    if (loop != null) {
      loop.interrupt();
    }
    threads.shutdown();
    try {
      if (!threads.awaitTermination(8, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException stop) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
