package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.GrantRules.Verdict;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.GrantStore.Lease;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what came of a redemption durable, however long the store is away. Thread-safe.
 *
 * <p>The old refresh token stays stored until the new one is. If the store fails in between, those
 * who wait get the new access token at once, while this thread goes on until the new state is
 * stored.
 */
final class Settlement {

  private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

  private final GrantStore store;
  private final Planner planner;
  private final Revoker revoker;
  private final TokenMemory memory;
  private final RefreshSettings settings;
  private final Surroundings around;

  Settlement(
      GrantStore store,
      Planner planner,
      Revoker revoker,
      TokenMemory memory,
      RefreshSettings settings,
      Surroundings around) {
    this.store = store;
    this.planner = planner;
    this.revoker = revoker;
    this.memory = memory;
    this.settings = settings;
    this.around = around;
  }

  /**
   * Stores what a rule says, again and again until it is stored or nothing is to be.
   *
   * @param start what is taken to be stored now
   * @param early completed with the outcome where that is known before it is durable
   */
  Refreshed settle(
      Lease lease,
      Found start,
      Function<Optional<Grant>, Verdict> rule,
      CompletableFuture<Refreshed> early)
      throws InterruptedException {
    Found found = start;
    long number = lease.number();
    for (int failures = 0; ; ) {
      Verdict verdict = rule.apply(found.grant());
      if (verdict instanceof Verdict.Orphaned) {
        memory.drop(lease.key());
        return new Refreshed.Gone();
      }
      if (verdict instanceof Verdict.Superseded(Grant current)) {
        memory.keep(current);
        return Refreshed.of(current);
      }
      Grant grant = ((Verdict.Store) verdict).grant();
      try {
        if (store.store(grant, found.revision(), number, settings.keep()) == Stored.DONE) {
          stored(grant, found);
          return Refreshed.of(grant);
        }
        number = store.takeNumber(grant.key()).orElse(number);
        found = store.load(grant.key());
      } catch (StoreUnavailableException unreachable) {
        failures++;
        if (failures == 1) {
          LOG.warn("grant {} has changed and cannot be stored yet", grant.key());
        }
        memory.keep(grant);
        early.complete(Refreshed.of(grant));
        pause(failures);
      }
    }
  }

  /** What is stored now, however long the store is away; those who wait are told that it is. */
  Found read(GrantKey key, CompletableFuture<Refreshed> early) throws InterruptedException {
    for (int failures = 1; ; failures++) {
      try {
        return store.load(key);
      } catch (StoreUnavailableException unreachable) {
        early.completeExceptionally(unreachable);
        pause(failures);
      }
    }
  }

  /**
   * Stores that a redemption has ended with nothing to be kept; until it is stored, nobody else is
   * let redeem the token. A store of ours that may still be on its way comes to nothing: a number
   * is taken before the grant is looked at.
   *
   * @param start what is taken to be stored now; empty: not known
   * @param onDelay called if that takes longer than usual
   */
  void clear(
      Lease lease,
      Optional<? extends Found> start,
      Function<Optional<Grant>, Verdict> rule,
      Runnable onDelay)
      throws InterruptedException {
    Optional<? extends Found> found = start;
    long number = lease.number();
    for (int failures = 0; ; ) {
      try {
        if (found.isEmpty()) {
          number = store.takeNumber(lease.key()).orElse(number);
        }
        Found current = found.isPresent() ? found.get() : store.load(lease.key());
        if (!(rule.apply(current.grant()) instanceof Verdict.Store(Grant grant))
            || store.store(grant, current.revision(), number, settings.keep()) == Stored.DONE) {
          return;
        }
      } catch (StoreUnavailableException unreachable) {
        onDelay.run();
        pause(++failures);
      }
      found = Optional.empty();
    }
  }

  private void pause(int failures) throws InterruptedException {
    around.pauses().pause(settings.backoff().pause(failures, Optional.empty(), around.chance()));
  }

  private void stored(Grant grant, Found found) {
    memory.keep(grant);
    if (grant.isDead()) {
      revoker.died(grant);
    }
    Found.Present before = found instanceof Found.Present present ? present : null;
    try {
      planner.plan(grant, before == null ? around.now() : before.lastUsed());
    } catch (StoreUnavailableException unreachable) {
      LOG.warn("grant {} cannot be planned now; its next use will do so", grant.key());
    }
  }
}
