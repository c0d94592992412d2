package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantRules;
import dev.kintsugi.tokens.domain.GrantRules.Verdict;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.RedemptionRules;
import dev.kintsugi.tokens.domain.RedemptionRules.Start;
import dev.kintsugi.tokens.domain.Redemptions.Begun;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.GrantStore.Leasing;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redeems one refresh token under a lease. Thread-safe.
 *
 * <p>That a redemption begins is stored before the token is sent, and taken back with its outcome;
 * who finds such a mark under a lease of its own knows that somebody was broken off in between
 * ({@link RedemptionRules}).
 */
final class Redemption {

  private static final Logger LOG = LoggerFactory.getLogger(Redemption.class);

  private final GrantStore store;
  private final Providers providers;
  private final TokenLives lives;
  private final Settlement settlement;
  private final Interruptions interruptions;
  private final Revoker revoker;
  private final TokenEvents events;
  private final RefreshSettings settings;
  private final Surroundings around;

  Redemption(
      GrantStore store,
      Providers providers,
      Planner planner,
      Revoker revoker,
      TokenMemory memory,
      TokenLives lives,
      TokenEvents events,
      RefreshSettings settings,
      Surroundings around) {
    this.store = store;
    this.providers = providers;
    this.lives = lives;
    this.settlement = new Settlement(store, planner, revoker, memory, settings, around);
    this.interruptions = new Interruptions(settings.backoff().longest(), around);
    this.revoker = revoker;
    this.events = events;
    this.settings = settings;
    this.around = around;
  }

  /** What is known of one redemption from its beginning to its end. */
  private record Attempt(
      Provider provider,
      Leasing.Held held,
      Found.Present marked,
      Trigger trigger,
      CompletableFuture<Refreshed> early) {

    Grant redeemed() {
      return marked.value();
    }
  }

  /**
   * What the provider answered.
   *
   * @param asked a token's life is counted from then: how long the answer took is not known to its
   *     issuer
   */
  private record Reply(ProviderAnswer answer, Instant asked, Duration took) {}

  /**
   * Runs until the outcome is durable.
   *
   * @param endNanos when the lease ends at the earliest
   * @param early completed with the outcome where that is known before it is durable
   */
  Refreshed run(
      Leasing.Held held, long endNanos, Trigger trigger, CompletableFuture<Refreshed> early)
      throws InterruptedException {
    Grant grant = held.found().value();
    Optional<Provider> known = providers.find(grant.provider());
    if (known.isEmpty()) {
      events.failed(grant.provider(), FailureReason.CLIENT_REFUSED);
      return new Refreshed.Failed("its provider is not configured any more", Optional.empty());
    }
    Optional<Duration> wait = RedemptionRules.untilNextRefusal(grant, around.now());
    if (trigger == Trigger.REFUSED && wait.isPresent()) {
      return new Refreshed.Failed("another token of it was refused a moment ago", wait);
    }
    Provider provider = known.get();
    return switch (interruptions.look(grant, provider.reuseWindow())) {
      case Start.Broken(Begun begun) -> broken(held, begun, early);
      case Start.Wait(Duration left) ->
          new Refreshed.Failed("an earlier renewal may still be under way", Optional.of(left));
      case Start.Free _ when endNanos - around.nanos() < provider.timeout().toNanos() ->
          new Refreshed.Failed("the lease came too late", Optional.empty());
      case Start.Free _ ->
          switch (provider.admit(trigger)) {
            case Admission.Closed(FailureReason reason, Duration retryAfter) -> {
              events.heldBack(provider.name(), reason);
              yield new Refreshed.Failed(
                  "the provider cannot be asked now: " + reason.label(), Optional.of(retryAfter));
            }
            case Admission.Open open -> admitted(open, provider, held, endNanos, trigger, early);
          };
    };
  }

  private Refreshed broken(Leasing.Held held, Begun begun, CompletableFuture<Refreshed> early)
      throws InterruptedException {
    Grant grant = held.found().value();
    Refreshed outcome =
        settlement.settle(
            held.lease(), held.found(), current -> RedemptionRules.broken(current, begun), early);
    if (outcome instanceof Refreshed.Dead(Grant dead)
        && dead.deadReason().filter(RedemptionRules.INTERRUPTED::equals).isPresent()) {
      events.failed(grant.provider(), FailureReason.INTERRUPTED);
      // Whatever came of the old token, nobody has it: the provider need not keep it for a day.
      revoker.orphaned(grant);
    }
    return outcome;
  }

  private Refreshed admitted(
      Admission.Open open,
      Provider provider,
      Leasing.Held held,
      long endNanos,
      Trigger trigger,
      CompletableFuture<Refreshed> early)
      throws InterruptedException {
    Optional<Found.Present> marked;
    Optional<Reply> reply;
    try (open) {
      marked = mark(held, trigger);
      reply =
          marked
              .filter(_ -> endNanos - around.nanos() >= open.timeout().toNanos())
              .map(found -> ask(open, found.value()));
    } catch (StoreUnavailableException unreachable) {
      // The place is given back by now, here as below: what follows may take as long as the store
      // is away.
      unmark(held, unreachable, early);
      throw unreachable;
    }
    if (marked.isEmpty()) {
      return changedMeanwhile(held);
    }
    Attempt attempt = new Attempt(provider, held, marked.get(), trigger, early);
    if (reply.isEmpty()) {
      return withoutOutcome(
          attempt, new Refreshed.Failed("the lease came too late", Optional.empty()));
    }
    return switch (reply.get().answer()) {
      case ProviderAnswer.Failed failed -> failed(attempt, failed);
      case ProviderAnswer.Granted granted -> {
        events.refreshed(provider.name(), trigger, reply.get().took());
        yield granted(attempt, granted, reply.get().asked());
      }
      case ProviderAnswer.Refused(String error) -> refused(attempt, error);
    };
  }

  private Reply ask(Admission.Open open, Grant redeemed) {
    Instant asked = around.now();
    long began = around.nanos();
    ProviderAnswer answer;
    try {
      answer = open.redeem(redeemed.refreshToken().orElseThrow());
    } catch (RuntimeException bug) {
      // An outcome as well: a mark that stays would end the grant.
      LOG.error("asking {} failed", redeemed.provider(), bug);
      answer = new ProviderAnswer.Failed(FailureReason.MALFORMED, Optional.empty());
    }
    return new Reply(answer, asked, Duration.ofNanos(around.nanos() - began));
  }

  /** Stores that the redemption begins; empty: the grant was changed meanwhile. */
  private Optional<Found.Present> mark(Leasing.Held held, Trigger trigger) {
    Found.Present found = held.found();
    long number = held.lease().number();
    Grant begun =
        trigger == Trigger.REFUSED
            ? RedemptionRules.beginRefused(found.value(), number, around.now())
            : RedemptionRules.begin(found.value(), number, around.now());
    return store.store(begun, found.revision(), number, settings.keep()) == Stored.DONE
        ? Optional.of(new Found.Present(begun, found.revision() + 1, found.lastUsed()))
        : Optional.empty();
  }

  /** Takes away a mark of which the store did not say whether it was made. */
  private void unmark(
      Leasing.Held held, StoreUnavailableException why, CompletableFuture<Refreshed> early)
      throws InterruptedException {
    if (why.nothingHappened()) {
      return;
    }
    early.completeExceptionally(why);
    long number = held.lease().number();
    settlement.clear(
        held.lease(),
        Optional.empty(),
        current -> RedemptionRules.failed(current, number),
        () -> {});
  }

  private Refreshed changedMeanwhile(Leasing.Held held) {
    long before = held.found().value().generation();
    return store
        .load(held.lease().key())
        .grant()
        .map(grant ->
            grant.generation() > before
                ? Refreshed.of(grant)
                : new Refreshed.Failed("the grant is being changed", Optional.empty()))
        .orElseGet(Refreshed.Gone::new);
  }

  private Refreshed failed(Attempt attempt, ProviderAnswer.Failed failed)
      throws InterruptedException {
    events.failed(attempt.provider().name(), failed.reason());
    return withoutOutcome(
        attempt,
        new Refreshed.Failed(
            "the provider failed: " + failed.reason().label(), failed.retryAfter()));
  }

  /** Takes the mark away: whoever comes next may redeem the same token. */
  private Refreshed withoutOutcome(Attempt attempt, Refreshed outcome) throws InterruptedException {
    long number = attempt.held().lease().number();
    settlement.clear(
        attempt.held().lease(),
        Optional.of(attempt.marked()),
        current -> RedemptionRules.failed(current, number),
        () -> attempt.early().complete(outcome));
    return outcome;
  }

  private Refreshed refused(Attempt attempt, String error) throws InterruptedException {
    events.failed(attempt.provider().name(), FailureReason.INVALID_GRANT);
    return settlement.settle(
        attempt.held().lease(),
        settlement.read(attempt.held().lease().key(), attempt.early()),
        current -> GrantRules.refused(current, attempt.redeemed(), error),
        attempt.early());
  }

  private Refreshed granted(Attempt attempt, ProviderAnswer.Granted granted, Instant asked)
      throws InterruptedException {
    Grant redeemed = attempt.redeemed();
    Duration assumed = attempt.provider().assumedLifetime();
    lives.renewed(redeemed, attempt.held().found().lastUsed(), attempt.trigger(), asked);
    Refreshed outcome =
        settlement.settle(
            attempt.held().lease(),
            attempt.marked(),
            current -> GrantRules.granted(current, redeemed, granted, assumed, asked),
            attempt.early());
    if (outcome instanceof Refreshed.Gone
        && GrantRules.granted(Optional.of(redeemed), redeemed, granted, assumed, asked)
            instanceof Verdict.Store(Grant unwanted)) {
      revoker.orphaned(unwanted);
    }
    return outcome;
  }
}
