package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.RedemptionRules;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.TokenAnswer.Source;
import dev.kintsugi.tokens.runtime.TokenEvents.Refusal;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out access tokens. Blocks, for at most the stall limit; call it on virtual threads.
 * Thread-safe.
 */
public final class TokenDesk {

  private static final Logger LOG = LoggerFactory.getLogger(TokenDesk.class);
  private static final Duration SHORTLY = Duration.ofSeconds(1);

  private record Touched(Instant at, long generation) {}

  private final GrantStore store;
  private final Refresher refresher;
  private final Planner planner;
  private final TokenMemory memory;
  private final TokenEvents events;
  private final RefreshSettings settings;
  private final Surroundings around;
  private final Costs costs;
  private final Cache<GrantKey, Touched> touched;

  TokenDesk(
      GrantStore store,
      Refresher refresher,
      Planner planner,
      TokenMemory memory,
      TokenEvents events,
      RefreshSettings settings,
      Surroundings around,
      Costs costs) {
    this.store = store;
    this.refresher = refresher;
    this.planner = planner;
    this.memory = memory;
    this.events = events;
    this.settings = settings;
    this.around = around;
    this.costs = costs;
    this.touched =
        Caffeine.newBuilder().maximumSize(50_000).expireAfterWrite(Duration.ofHours(1)).build();
  }

  /**
   * An access token that is good for a moment at least.
   *
   * @param only the user on whose own behalf the caller asks; empty: the application itself asks
   */
  public TokenAnswer accessToken(GrantKey key, Optional<UserId> only) throws InterruptedException {
    return accessToken(key, only, OptionalLong.empty());
  }

  /**
   * The same, of another generation than the one that was refused although it had not ended. That
   * costs a redemption if, and only if, nobody has renewed it since.
   *
   * @param refused empty: none was
   */
  public TokenAnswer accessToken(GrantKey key, Optional<UserId> only, OptionalLong refused)
      throws InterruptedException {
    Found found;
    try {
      found = store.load(key);
    } catch (StoreUnavailableException unreachable) {
      return remembered(key, only, refused);
    }
    return switch (found) {
      case Found.Absent _ -> {
        memory.drop(key);
        yield new TokenAnswer.NotFound();
      }
      case Found.Unreadable _ -> {
        events.unreadable();
        LOG.error("grant {} cannot be read with the configured encryption keys", key);
        yield only.isPresent() ? new TokenAnswer.NotFound() : new TokenAnswer.Dead("unreadable");
      }
      case Found.Present(Grant grant, long _, Instant _) ->
          only.isPresent() && !only.get().equals(grant.user())
              ? new TokenAnswer.NotFound()
              : of(grant, refused);
    };
  }

  private TokenAnswer of(Grant grant, OptionalLong refused) throws InterruptedException {
    if (grant.isDead()) {
      return new TokenAnswer.Dead(grant.deadReason().orElseThrow());
    }
    touch(grant);
    Optional<AccessToken> good = grant.goodToken(around.now(), settings.minValidity());
    if (good.isPresent() && isOf(grant.generation(), refused)) {
      return renewed(grant);
    }
    if (good.isPresent()) {
      if (refused.isPresent()) {
        events.refused(grant.provider(), Refusal.OUTDATED);
      }
      memory.keep(grant);
      requested(false);
      return new TokenAnswer.Token(good.get(), grant.user(), grant.generation(), Source.STORE);
    }
    if (!grant.isRefreshable()) {
      return new TokenAnswer.Dead("expired");
    }
    long began = around.nanos();
    TokenAnswer answer = stalled(grant, began + settings.stallLimit().toNanos(), Trigger.STALL);
    events.stalled(Duration.ofNanos(around.nanos() - began));
    // Where the provider fails a stall says nothing about what was renewed when.
    if (answer instanceof TokenAnswer.Token) {
      requested(true);
    }
    return answer;
  }

  private static boolean isOf(long generation, OptionalLong refused) {
    return refused.isPresent() && refused.getAsLong() == generation;
  }

  /** It counts as no stall: what callers say must not decide what a renewal is worth to all. */
  private TokenAnswer renewed(Grant refused) throws InterruptedException {
    Optional<Duration> wait = RedemptionRules.untilNextRefusal(refused, around.now());
    if (!refused.isRefreshable()) {
      events.refused(refused.provider(), Refusal.KEPT);
      return new TokenAnswer.Dead("refused");
    }
    // One that has begun may be the one that is asked for: whoever comes then waits with the
    // others.
    if (wait.isPresent() && refused.redemptions().begun().isEmpty()) {
      events.refused(refused.provider(), Refusal.TOO_SOON);
      return new TokenAnswer.TooSoon(wait.get());
    }
    TokenAnswer answer =
        stalled(refused, around.nanos() + settings.stallLimit().toNanos(), Trigger.REFUSED);
    boolean another =
        answer instanceof TokenAnswer.Token token && token.generation() > refused.generation();
    events.refused(refused.provider(), another ? Refusal.RENEWED : Refusal.KEPT);
    // Whoever shares the flight of another one may see the token that was refused.
    return answer instanceof TokenAnswer.Token && !another
        ? new TokenAnswer.Later("the token is being renewed", SHORTLY, true)
        : answer;
  }

  private void requested(boolean stalled) {
    costs.requested(stalled);
    events.requested(stalled);
  }

  private TokenAnswer stalled(Grant grant, long limitNanos, Trigger trigger)
      throws InterruptedException {
    long leftNanos = limitNanos - around.nanos();
    try {
      Refreshed outcome =
          refresher
              .refresh(grant.key(), grant.generation(), trigger)
              .get(Math.max(leftNanos, 0), TimeUnit.NANOSECONDS);
      return switch (outcome) {
        case Refreshed.Fresh(Grant fresh) -> fresh(fresh);
        case Refreshed.Dead(Grant dead) ->
            new TokenAnswer.Dead(dead.deadReason().orElse("expired"));
        case Refreshed.Gone _ -> new TokenAnswer.NotFound();
        case Refreshed.Failed(String reason, Optional<Duration> retryAfter) ->
            new TokenAnswer.Later(reason, retryAfter.orElse(SHORTLY), true);
      };
    } catch (TimeoutException late) {
      return new TokenAnswer.Later("the provider has not answered yet", SHORTLY, true);
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof StoreUnavailableException) {
        return new TokenAnswer.Later("the store of grants does not answer", SHORTLY, true);
      }
      throw new IllegalStateException("renewing " + grant.key() + " failed", failure.getCause());
    }
  }

  private TokenAnswer fresh(Grant grant) {
    return grant
        .goodToken(around.now(), Duration.ZERO)
        .<TokenAnswer>map(
            token -> new TokenAnswer.Token(token, grant.user(), grant.generation(), Source.STALL))
        .orElseGet(() -> new TokenAnswer.Later("the new token has ended already", SHORTLY, true));
  }

  private TokenAnswer remembered(GrantKey key, Optional<UserId> only, OptionalLong refused) {
    Optional<TokenAnswer> known =
        memory
            .find(key)
            .filter(token -> only.isEmpty() || only.get().equals(token.user()))
            .filter(token -> !isOf(token.generation(), refused))
            .filter(token -> token.token().isGood(around.now(), settings.minValidity()))
            .map(token ->
                new TokenAnswer.Token(
                    token.token(), token.user(), token.generation(), Source.MEMORY));
    if (known.isPresent()) {
      events.servedFromMemory();
    }
    return known.orElseGet(
        () -> new TokenAnswer.Later("the store of grants does not answer", SHORTLY, false));
  }

  /** Use brings an idle grant back on the schedule, and the first one of a token is noted. */
  private void touch(Grant grant) {
    Instant now = around.now();
    Touched before = touched.getIfPresent(grant.key());
    if (before != null
        && before.generation() == grant.generation()
        && now.isBefore(before.at().plus(touchInterval(grant)))) {
      return;
    }
    touched.put(grant.key(), new Touched(now, grant.generation()));
    try {
      store.touch(grant.key(), now, settings.keep());
      planner.plan(grant, now);
    } catch (StoreUnavailableException unreachable) {
      touched.invalidate(grant.key());
    }
  }

  /** Often enough that a grant in use never counts as idle, nor a token as unused. */
  private Duration touchInterval(Grant grant) {
    return Stream.of(
            Optional.of(grant.idleTimeout().dividedBy(4)),
            grant.access().map(token -> token.lifetime().dividedBy(8)),
            Optional.of(settings.touchInterval()))
        .flatMap(Optional::stream)
        .filter(Duration::isPositive)
        .min(Comparator.naturalOrder())
        .orElse(settings.touchInterval());
  }
}
