package dev.kintsugi.tokens.runtime;

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
import java.util.concurrent.ConcurrentHashMap;
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
  private final Ready ready = new Ready();
  private final Map<GrantKey, Integer> failures = new ConcurrentHashMap<>();
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
    this.queue = new DueQueue(CLAIMED_PER_PLACE * parallel);
  }

  public synchronized void start() {
    loop = Thread.ofVirtual().name("due-times").start(this::run);
  }

  private void run() {
    Instant nextClaim = Instant.MIN;
    try {
      while (!closed) {
        Instant now = around.now();
        if (!now.isBefore(nextClaim)) {
          claim(now);
          nextClaim = now.plus(poll);
        }
        take(now).forEach((task, share) -> threads.execute(() -> perform(task, share)));
        renewReady();
        around.pauses().pause(pause(around.now(), nextClaim));
      }
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
      room -= ready.size();
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

  private Duration pause(Instant now, Instant nextClaim) {
    Instant next;
    synchronized (queue) {
      next = queue.next().filter(at -> at.isBefore(nextClaim)).orElse(nextClaim);
    }
    Duration left = Duration.between(now, next);
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
        case DueTask.Revoke revoke -> revoker.run(revoke);
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

  private void decide(DueTask.Refresh task, int share) {
    Found found = store.load(task.key());
    if (!(found instanceof Found.Present(Grant grant, long _, Instant lastUsed))) {
      if (found instanceof Found.Unreadable) {
        events.unreadable();
        LOG.error("grant {} cannot be read with the configured encryption keys", task.key());
      }
      forget(task, share);
      return;
    }
    outcomes.settle(grant.key(), lastUsed);
    switch (planner.decide(grant, lastUsed)) {
      case Decision.Renew(var expected) -> {
        synchronized (ready) {
          ready.add(new Ready.Waiting(grant, expected));
        }
      }
      case Decision.Later(Instant at, var expected) -> {
        failures.remove(grant.key());
        if (expected.requests() > 0) {
          sleepers.sleep(grant);
        }
        planner.planAt(grant, at);
        left(task, share, grant);
      }
      case Decision.Never(Why why, var _) -> {
        if (why == Why.FORECAST) {
          sleepers.sleep(grant);
        }
        forget(task, planner.share(grant));
        left(task, share, grant);
      }
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

  private Optional<Ready.Waiting> next() {
    synchronized (ready) {
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
        failures.remove(grant.key());
        outcomes.renewed(grant.key(), waiting.expected().need(), around.now());
      }
      case Refreshed.Dead _, Refreshed.Gone _ -> forget(task, planner.share(grant));
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
    failures.remove(task.key());
    times.forget(task, share);
  }

  private Duration aheadPause(GrantKey key, Optional<Duration> retryAfter) {
    int count = failures.merge(key, 1, Integer::sum);
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
