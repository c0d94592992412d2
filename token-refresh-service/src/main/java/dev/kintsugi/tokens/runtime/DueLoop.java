package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.DueQueue;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is due: claims tasks from the shared schedule a little ahead of their time, waits for
 * it in memory, and runs a bounded number at once. Tasks of an instance that dies are claimed by
 * the others when its hold has ended.
 */
public final class DueLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DueLoop.class);
  private static final Duration HORIZON = Duration.ofMillis(500);
  private static final Duration LEAST_PAUSE = Duration.ofMillis(5);

  private final GrantStore store;
  private final DueTimes times;
  private final Planner planner;
  private final Refresher refresher;
  private final Revoker revoker;
  private final TokenEvents events;
  private final RefreshSettings settings;
  private final Surroundings around;
  private final Duration poll;
  private final Semaphore places;
  private final DueQueue queue;
  private final Map<GrantKey, Integer> failures = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean closed;
  private @Nullable Thread loop;

  DueLoop(
      GrantStore store,
      DueTimes times,
      Planner planner,
      Refresher refresher,
      Revoker revoker,
      TokenEvents events,
      RefreshSettings settings,
      Surroundings around,
      Duration poll,
      int parallel) {
    this.store = store;
    this.times = times;
    this.planner = planner;
    this.refresher = refresher;
    this.revoker = revoker;
    this.events = events;
    this.settings = settings;
    this.around = around;
    this.poll = poll;
    this.places = new Semaphore(parallel);
    this.queue = new DueQueue(4 * parallel);
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
        take(now).forEach(task -> threads.execute(() -> perform(task)));
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
    if (room == 0) {
      return;
    }
    try {
      List<DueTimes.Claimed> claimed =
          times.claim(now, now.plus(HORIZON), settings.lease().plus(HORIZON), room);
      claimed.forEach(task -> again(task.task(), task.at()));
    } catch (StoreUnavailableException unreachable) {
      LOG.debug("the schedule cannot be read now");
    } catch (RuntimeException bug) {
      LOG.error("reading the schedule failed", bug);
    }
  }

  private List<DueTask> take(Instant now) {
    synchronized (queue) {
      List<DueTask> due = queue.take(now, places.availablePermits());
      places.acquireUninterruptibly(due.size());
      return due;
    }
  }

  private Duration pause(Instant now, Instant nextClaim) {
    Instant next;
    synchronized (queue) {
      next = queue.next().filter(at -> at.isBefore(nextClaim)).orElse(nextClaim);
    }
    Duration left = Duration.between(now, next);
    return left.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : left;
  }

  private void again(DueTask task, Instant at) {
    synchronized (queue) {
      if (queue.room() > 0) {
        queue.add(task, at);
      }
    }
  }

  private void perform(DueTask task) {
    try {
      switch (task) {
        case DueTask.Refresh refresh -> renew(refresh);
        case DueTask.Revoke revoke -> revoker.run(revoke);
      }
    } catch (StoreUnavailableException unreachable) {
      again(task, around.now().plus(aheadPause(task.key(), Optional.empty())));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException bug) {
      LOG.error("task {} failed", task, bug);
    } finally {
      places.release();
    }
  }

  private void renew(DueTask.Refresh task) throws InterruptedException {
    Found found = store.load(task.key());
    if (!(found instanceof Found.Present(Grant grant, long _, Instant lastUsed))) {
      if (found instanceof Found.Unreadable) {
        events.unreadable();
        LOG.error("grant {} cannot be read with the configured encryption keys", task.key());
      }
      forget(task);
      return;
    }
    if (!planner.isDue(grant, lastUsed)) {
      failures.remove(task.key());
      planner.plan(grant, lastUsed);
      return;
    }
    switch (await(grant)) {
      case Refreshed.Fresh _ -> failures.remove(task.key());
      case Refreshed.Dead _, Refreshed.Gone _ -> forget(task);
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

  private void forget(DueTask.Refresh task) {
    failures.remove(task.key());
    planner.forget(task);
  }

  private Duration aheadPause(GrantKey key, Optional<Duration> retryAfter) {
    int count = failures.merge(key, 1, Integer::sum);
    return settings.aheadBackoff().pause(count, retryAfter, around.chance());
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
