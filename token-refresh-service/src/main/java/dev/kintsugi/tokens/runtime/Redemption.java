package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantRules;
import dev.kintsugi.tokens.domain.GrantRules.Verdict;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.GrantStore.Leasing;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redeems one refresh token under a lease, and makes the outcome durable. Thread-safe.
 *
 * <p>The old refresh token stays stored until the new one is. If the store fails in between, those
 * who wait get the new access token at once, while this thread goes on until the new state is
 * stored. What cannot be helped: a crash between the provider's answer and the store loses a
 * rotated refresh token.
 */
final class Redemption {

  private static final Logger LOG = LoggerFactory.getLogger(Redemption.class);

  private final GrantStore store;
  private final Providers providers;
  private final Planner planner;
  private final Revoker revoker;
  private final TokenMemory memory;
  private final TokenEvents events;
  private final RefreshSettings settings;
  private final Surroundings around;

  Redemption(
      GrantStore store,
      Providers providers,
      Planner planner,
      Revoker revoker,
      TokenMemory memory,
      TokenEvents events,
      RefreshSettings settings,
      Surroundings around) {
    this.store = store;
    this.providers = providers;
    this.planner = planner;
    this.revoker = revoker;
    this.memory = memory;
    this.events = events;
    this.settings = settings;
    this.around = around;
  }

  /**
   * Runs until the outcome is durable.
   *
   * @param endNanos when the lease ends at the earliest
   * @param early completed with the outcome where that is known before it is durable
   */
  Refreshed run(
      Leasing.Held held,
      long endNanos,
      TokenEvents.Trigger trigger,
      CompletableFuture<Refreshed> early)
      throws InterruptedException {
    Grant redeemed = held.found().value();
    Optional<Provider> known = providers.find(redeemed.provider());
    if (known.isEmpty()) {
      events.failed(redeemed.provider(), FailureReason.CLIENT_REFUSED);
      return new Refreshed.Failed("its provider is not configured any more", Optional.empty());
    }
    Provider provider = known.get();
    long began = around.nanos();
    if (endNanos - began < provider.timeout().toNanos()) {
      return new Refreshed.Failed("the lease came too late", Optional.empty());
    }
    // A token's life is counted from the asking: how long the answer took is not known to its
    // issuer.
    Instant asked = around.now();
    return switch (provider.redeem(redeemed.refreshToken().orElseThrow())) {
      case ProviderAnswer.Failed(FailureReason reason, Optional<Duration> retryAfter) -> {
        events.failed(provider.name(), reason);
        yield new Refreshed.Failed("the provider failed: " + reason.label(), retryAfter);
      }
      case ProviderAnswer.Granted granted -> {
        Duration took = Duration.ofNanos(around.nanos() - began);
        events.refreshed(provider.name(), trigger, took);
        yield granted(held, granted, provider.assumedLifetime(), asked, early);
      }
      case ProviderAnswer.Refused(String error) -> {
        events.failed(provider.name(), FailureReason.INVALID_GRANT);
        yield settle(
            held,
            store.load(redeemed.key()),
            current -> GrantRules.refused(current, redeemed, error),
            early);
      }
    };
  }

  private Refreshed granted(
      Leasing.Held held,
      ProviderAnswer.Granted granted,
      Duration assumed,
      Instant asked,
      CompletableFuture<Refreshed> early)
      throws InterruptedException {
    Grant redeemed = held.found().value();
    Refreshed outcome =
        settle(
            held,
            held.found(),
            current -> GrantRules.granted(current, redeemed, granted, assumed, asked),
            early);
    if (outcome instanceof Refreshed.Gone
        && GrantRules.granted(Optional.of(redeemed), redeemed, granted, assumed, asked)
            instanceof Verdict.Store(Grant unwanted)) {
      revoker.orphaned(unwanted);
    }
    return outcome;
  }

  private Refreshed settle(
      Leasing.Held held,
      Found start,
      Function<Optional<Grant>, Verdict> rule,
      CompletableFuture<Refreshed> early)
      throws InterruptedException {
    Found found = start;
    long number = held.lease().number();
    for (int failures = 0; ; ) {
      Verdict verdict = rule.apply(found.grant());
      if (verdict instanceof Verdict.Orphaned) {
        memory.drop(held.lease().key());
        return new Refreshed.Gone();
      }
      if (verdict instanceof Verdict.Superseded(Grant current)) {
        memory.keep(current);
        return Refreshed.of(current);
      }
      Grant grant = ((Verdict.Store) verdict).grant();
      try {
        if (store.store(grant, found.revision(), number, settings.keep()) == Stored.DONE) {
          memory.keep(grant);
          if (grant.isDead()) {
            revoker.died(grant);
          }
          plan(grant, found);
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
        around
            .pauses()
            .pause(settings.backoff().pause(failures, Optional.empty(), around.chance()));
      }
    }
  }

  private void plan(Grant grant, Found found) {
    Instant used =
        found instanceof Found.Present(Grant _, long _, Instant lastUsed) ? lastUsed : around.now();
    try {
      planner.plan(grant, used);
    } catch (StoreUnavailableException unreachable) {
      LOG.warn("grant {} cannot be planned now; its next use will do so", grant.key());
    }
  }
}
