package dev.kintsugi.gateway.adapter.upstream;

import dev.kintsugi.gateway.domain.Upstream;
import dev.kintsugi.gateway.runtime.Upstreams.Answer;
import dev.kintsugi.gateway.runtime.Upstreams.Failure;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker and the bulkhead of one upstream. Every {@link #enter} that is let in is
 * followed by one {@link #leave}. Thread-safe.
 */
final class Guard {

  /** Calls looked back at. Fewer: chance opens it; more: an outage is noticed late. */
  private static final int WINDOW = 50;

  /** Calls before it judges. Fewer: a first failure after a quiet night opens it. */
  private static final int AT_LEAST = 20;

  /** Per cent of failures at which it opens. Lower: a slow spell opens it; higher: callers wait. */
  private static final float FAILURES = 50;

  /** Before it tries again. Shorter: a dead upstream costs more; longer: one is back unnoticed. */
  static final Duration OPEN = Duration.ofSeconds(2);

  /** Calls let through to find out. More: more callers meet an upstream that is still dead. */
  private static final int TRIALS = 5;

  private final CircuitBreaker breaker;
  private final Bulkhead bulkhead;

  Guard(Upstream upstream) {
    breaker =
        CircuitBreaker.of(
            upstream.name(),
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(WINDOW)
                .minimumNumberOfCalls(AT_LEAST)
                .failureRateThreshold(FAILURES)
                .waitDurationInOpenState(OPEN)
                .permittedNumberOfCallsInHalfOpenState(TRIALS)
                .build());
    bulkhead =
        Bulkhead.of(
            upstream.name(),
            BulkheadConfig.custom()
                .maxConcurrentCalls(upstream.maxConcurrent())
                .maxWaitDuration(Duration.ZERO)
                .build());
  }

  /** Lets a call in, or says why not. */
  Optional<Failure> enter() {
    if (!bulkhead.tryAcquirePermission()) {
      return Optional.of(Failure.BUSY);
    }
    if (!breaker.tryAcquirePermission()) {
      bulkhead.releasePermission();
      return Optional.of(Failure.BROKEN);
    }
    return Optional.empty();
  }

  /**
   * Judges a call that was let in. An upstream that answers is alive, whatever the status; a call
   * that was cancelled says nothing of it.
   *
   * @param answer null for a call that was cancelled
   */
  void leave(@Nullable Answer answer, long tookNanos) {
    bulkhead.onComplete();
    switch (answer) {
      case null -> breaker.releasePermission();
      case Answer.Answered _ -> breaker.onSuccess(tookNanos, TimeUnit.NANOSECONDS);
      case Answer.Failed(Failure why) when why == Failure.TOO_LARGE ->
          breaker.onSuccess(tookNanos, TimeUnit.NANOSECONDS);
      case Answer.Failed(Failure why) ->
          breaker.onError(tookNanos, TimeUnit.NANOSECONDS, new IOException(why.name()));
    }
  }
}
