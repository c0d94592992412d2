package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When a provider may be called: a circuit breaker, a rest that it asked for, and turns at an even
 * pace. Thread-safe; never blocks.
 *
 * <p>A call goes through it like this: {@link #barred}; then a turn in each of its {@link #lanes},
 * waited for; then {@link #enter}; then {@link #left} or {@link #leftUnused}.
 */
final class ProviderGate {
  /*
   * Turns come one by one, at the interval of the rate, and are not saved up: what has been held
   * back during an outage then comes at that pace, with no spike at the first moment. Calls ahead of
   * time take turns in a slower lane first, so that they never fill the lane of those who wait.
   *
   * The breaker is asked last: whoever waited for a turn while the provider fell ill must not call
   * it. One answer closes a breaker that was probing; it proves that the provider is there, and the
   * pace keeps others from storming it.
   *
   * A retry is not made here but by Refresher and DueLoop with their Backoff: they know how long
   * their caller waits, tell him when to come again, and let the lease go in between. Resilience4j's
   * Retry would sleep with all of that in its hands.
   */

  private static final class Outage extends Exception {
    private static final long serialVersionUID = 1;

    Outage() {
      super("the provider failed", null, false, false);
    }
  }

  private static final Duration LONGEST_REST = Duration.ofMinutes(10);

  /**
   * Of one that fails every second call, the next call is worth a try; of one that is away, none.
   */
  private static final float AWAY_PERCENT = 80;

  /** The breaker does not tell when it lets a probe through, so that the gate counts the time. */
  private static final Duration JUST_NOW = Duration.ofMillis(1);

  private final ProviderLimits limits;
  private final LongSupplier ticker;
  private final RateLimiter anybody;
  private final RateLimiter ahead;
  private final CircuitBreaker breaker;
  private long restsUntilNanos;
  private long opensAtNanos;

  /**
   * A gate that is open.
   *
   * @param ticker nanoseconds since an origin of its own
   */
  ProviderGate(String name, ProviderLimits limits, LongSupplier ticker) {
    this.limits = limits;
    this.ticker = ticker;
    this.anybody = lane(name, limits.interval());
    this.ahead = lane(name + "-ahead", limits.aheadInterval());
    this.breaker = CircuitBreaker.of(name, breakerConfig());
    this.restsUntilNanos = ticker.getAsLong();
    this.opensAtNanos = restsUntilNanos;
  }

  private RateLimiter lane(String name, Duration interval) {
    RateLimiterConfig config =
        RateLimiterConfig.custom()
            .limitForPeriod(1)
            .limitRefreshPeriod(interval)
            .timeoutDuration(limits.longestQueue())
            .build();
    return RateLimiter.of(name, config, ticker::getAsLong);
  }

  private CircuitBreakerConfig breakerConfig() {
    long origin = ticker.getAsLong();
    InstantSource source =
        () -> Instant.EPOCH.plusNanos(Math.subtractExact(ticker.getAsLong(), origin));
    Clock clock = source.withZone(ZoneOffset.UTC);
    return CircuitBreakerConfig.custom()
        .slidingWindowType(SlidingWindowType.COUNT_BASED)
        .slidingWindowSize(limits.breakerWindow())
        .minimumNumberOfCalls((limits.breakerWindow() + 1) / 2)
        .failureRateThreshold(AWAY_PERCENT)
        .waitDurationInOpenState(JUST_NOW)
        .permittedNumberOfCallsInHalfOpenState(1)
        .clock(clock)
        .build();
  }

  /** Why nobody need even queue. */
  synchronized Optional<Admission.Closed> barred() {
    long now = ticker.getAsLong();
    if (restsUntilNanos - now > 0) {
      return closed(FailureReason.RESTING, restsUntilNanos - now);
    }
    if (breaker.getState() == State.OPEN && opensAtNanos - now > 0) {
      return closed(FailureReason.CIRCUIT_OPEN, opensAtNanos - now);
    }
    return Optional.empty();
  }

  /** In which a call needs a turn, one after the other. */
  List<RateLimiter> lanes(Trigger trigger) {
    return switch (trigger) {
      case AHEAD, REFUSED -> List.of(ahead, anybody);
      case STALL -> List.of(anybody);
    };
  }

  /** In how many nanoseconds the next turn of a lane is, which is taken; empty: too late. */
  static OptionalLong turn(RateLimiter lane) {
    long waitNanos = lane.reservePermission();
    return waitNanos < 0 ? OptionalLong.empty() : OptionalLong.of(waitNanos);
  }

  /** What somebody is told who has got no turn. */
  Admission.Closed overRate() {
    return new Admission.Closed(FailureReason.OVER_RATE, limits.longestQueue());
  }

  /** Lets a call through, or says why not. */
  synchronized Optional<Admission.Closed> enter() {
    Optional<Admission.Closed> barred = barred();
    if (barred.isPresent()) {
      return barred;
    }
    return breaker.tryAcquirePermission()
        ? Optional.empty()
        : closed(FailureReason.CIRCUIT_OPEN, limits.probeInterval().toNanos());
  }

  /** A call that was let through has come back. */
  synchronized void left(ProviderAnswer answer, long tookNanos) {
    if (!(answer instanceof ProviderAnswer.Failed(var reason, var retryAfter))) {
      succeeded(tookNanos);
      return;
    }
    retryAfter.ifPresent(this::rest);
    if (!reason.isOutage()) {
      succeeded(tookNanos);
      return;
    }
    failed(tookNanos);
  }

  private void failed(long tookNanos) {
    boolean wasOpen = breaker.getState() == State.OPEN;
    breaker.onError(tookNanos, TimeUnit.NANOSECONDS, new Outage());
    if (!wasOpen && breaker.getState() == State.OPEN) {
      opensAtNanos = ticker.getAsLong() + limits.probeInterval().toNanos();
    }
  }

  /** A revocation that was let through has come back: of one that is away it tells, else not. */
  synchronized void leftAfterRevocation(Provider.Revocation outcome, long tookNanos) {
    boolean probed = breaker.getState() == State.HALF_OPEN;
    if (probed && outcome == Provider.Revocation.DONE) {
      succeeded(tookNanos);
    } else if (probed && outcome == Provider.Revocation.FAILED) {
      failed(tookNanos);
    } else {
      breaker.releasePermission();
    }
  }

  private void succeeded(long tookNanos) {
    breaker.onSuccess(tookNanos, TimeUnit.NANOSECONDS);
    if (breaker.getState() == State.HALF_OPEN) {
      breaker.transitionToClosedState();
    }
  }

  /** A call that was let through was not made. */
  synchronized void leftUnused() {
    breaker.releasePermission();
  }

  private void rest(Duration asked) {
    Duration time = asked.compareTo(LONGEST_REST) < 0 ? asked : LONGEST_REST;
    long until = ticker.getAsLong() + time.toNanos();
    if (until - restsUntilNanos > 0) {
      restsUntilNanos = until;
    }
  }

  /** Whether the provider is taken to be away. */
  boolean isAway() {
    return switch (breaker.getState()) {
      case OPEN, FORCED_OPEN, HALF_OPEN -> true;
      case CLOSED, DISABLED, METRICS_ONLY -> false;
    };
  }

  private static Optional<Admission.Closed> closed(FailureReason reason, long nanos) {
    return Optional.of(new Admission.Closed(reason, Duration.ofNanos(nanos)));
  }
}
