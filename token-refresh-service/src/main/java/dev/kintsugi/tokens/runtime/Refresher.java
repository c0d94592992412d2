package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.GrantStore.Leasing;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews tokens: one flight per grant in this instance, which all callers share, and one redemption
 * per grant in the whole cluster, by a lease. Thread-safe.
 */
public final class Refresher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Refresher.class);
  private static final long LEASE_POLL_MILLIS = 30;

  private record Flight(Trigger trigger, CompletableFuture<Refreshed> result) {}

  private final GrantStore store;
  private final Redemption redemption;
  private final RefreshSettings settings;
  private final Surroundings around;
  private final ConcurrentMap<GrantKey, Flight> flights = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Refresher(
      GrantStore store, Redemption redemption, RefreshSettings settings, Surroundings around) {
    this.store = store;
    this.redemption = redemption;
    this.settings = settings;
    this.around = around;
  }

  /**
   * Renews the token, or finds that somebody has. Completes exceptionally with {@link
   * StoreUnavailableException}.
   *
   * @param seen the generation that is not good enough any more
   * @param trigger whether to try again after a failure, until the stall limit (somebody waits)
   */
  CompletableFuture<Refreshed> refresh(GrantKey key, long seen, Trigger trigger) {
    Flight mine = new Flight(trigger, new CompletableFuture<>());
    @Nullable Flight theirs = flights.putIfAbsent(key, mine);
    if (theirs == null) {
      try {
        threads.execute(() -> fly(key, seen, mine));
      } catch (RejectedExecutionException closing) {
        fail(key, mine, new IllegalStateException("the service is stopping", closing));
      }
      return mine.result();
    }
    // One that is still there with its result told waits for the store, and has no better to tell.
    if (theirs.trigger() == trigger || trigger.yields() || theirs.result().isDone()) {
      return theirs.result();
    }
    return theirs
        .result()
        .thenCompose(result ->
            result instanceof Refreshed.Failed
                ? refresh(key, seen, trigger)
                : CompletableFuture.completedFuture(result));
  }

  private void fly(GrantKey key, long seen, Flight flight) {
    try {
      Refreshed end = attempts(key, seen, flight);
      flights.remove(key, flight);
      flight.result().complete(end);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      fail(key, flight, new IllegalStateException("the service is stopping", stop));
    } catch (StoreUnavailableException unreachable) {
      fail(key, flight, unreachable);
    } catch (RuntimeException bug) {
      LOG.error("renewing {} failed", key, bug);
      fail(key, flight, bug);
    } finally {
      // Of whatever else ended it, an Error: nobody is to wait for it for ever.
      fail(key, flight, new IllegalStateException("renewing was broken off"));
    }
  }

  private void fail(GrantKey key, Flight flight, RuntimeException why) {
    flights.remove(key, flight);
    flight.result().completeExceptionally(why);
  }

  private Refreshed attempts(GrantKey key, long seen, Flight flight) throws InterruptedException {
    long limitNanos = around.nanos() + settings.stallLimit().toNanos();
    for (int failures = 1; ; failures++) {
      Refreshed outcome = attempt(key, seen, flight, limitNanos);
      if (!(outcome instanceof Refreshed.Failed failed) || flight.trigger().yields()) {
        return outcome;
      }
      Duration pause = settings.backoff().pause(failures, failed.retryAfter(), around.chance());
      if (around.nanos() + pause.toNanos() - limitNanos >= 0) {
        return new Refreshed.Failed(failed.reason(), Optional.of(pause));
      }
      around.pauses().pause(pause);
    }
  }

  private Refreshed attempt(GrantKey key, long seen, Flight flight, long limitNanos)
      throws InterruptedException {
    while (true) {
      long askedNanos = around.nanos();
      switch (store.lease(key, settings.lease())) {
        case Leasing.Nothing(GrantStore.Found.Unreadable _) -> {
          return new Refreshed.Failed("the stored grant cannot be read", Optional.empty());
        }
        case Leasing.Nothing _ -> {
          return new Refreshed.Gone();
        }
        case Leasing.Held held -> {
          return leased(held, seen, flight, askedNanos + settings.lease().toNanos());
        }
        case Leasing.Busy(GrantStore.Found found) -> {
          Optional<Refreshed> elsewhere = found.grant().flatMap(grant -> settled(grant, seen));
          if (elsewhere.isPresent()) {
            return elsewhere.get();
          }
          if (around.nanos() - limitNanos >= 0) {
            return new Refreshed.Failed("another instance is renewing it", Optional.empty());
          }
          around.pauses().pause(leasePoll());
        }
      }
    }
  }

  private Refreshed leased(Leasing.Held held, long seen, Flight flight, long endNanos)
      throws InterruptedException {
    try {
      Optional<Refreshed> elsewhere = settled(held.found().value(), seen);
      return elsewhere.isPresent()
          ? elsewhere.get()
          : redemption.run(held, endNanos, flight.trigger(), flight.result());
    } finally {
      release(held.lease());
    }
  }

  /** What needs no redemption: renewed meanwhile, or beyond it. */
  private static Optional<Refreshed> settled(Grant grant, long seen) {
    if (grant.generation() > seen) {
      return Optional.of(Refreshed.of(grant));
    }
    return grant.isRefreshable() ? Optional.empty() : Optional.of(new Refreshed.Dead(grant));
  }

  private void release(GrantStore.Lease lease) {
    try {
      store.release(lease);
    } catch (StoreUnavailableException unreachable) {
      LOG.warn("the lease of {} cannot be given back; it ends by itself", lease.key());
    }
  }

  private Duration leasePoll() {
    return Duration.ofMillis(LEASE_POLL_MILLIS + Math.round(LEASE_POLL_MILLIS * around.chance()));
  }

  /** Lets what is under way end, for a few seconds, so that no new refresh token is lost. */
  @Override
  public void close() {
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
