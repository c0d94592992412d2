package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A provider that is asked by a bounded number of callers at a time, and not at all while it wants
 * to be left alone ({@code Retry-After}). Thread-safe.
 */
public final class GatedProvider implements Provider {

  private static final Duration LONGEST_REST = Duration.ofMinutes(10);

  private final Provider provider;
  private final InstantSource clock;
  private final Semaphore places;
  private final Duration longestWait;
  private volatile Instant restsUntil = Instant.MIN;

  /**
   * Guards a provider.
   *
   * @param longestWait for a place
   */
  public GatedProvider(Provider provider, int parallel, Duration longestWait, InstantSource clock) {
    this.provider = provider;
    this.clock = clock;
    this.places = new Semaphore(parallel, true);
    this.longestWait = longestWait;
  }

  @Override
  public String name() {
    return provider.name();
  }

  /** The provider's, and the wait for a place. */
  @Override
  public Duration timeout() {
    return provider.timeout().plus(longestWait);
  }

  @Override
  public Duration assumedLifetime() {
    return provider.assumedLifetime();
  }

  @Override
  public ProviderAnswer redeem(Secret refreshToken) {
    Instant now = clock.instant();
    Instant until = restsUntil;
    if (now.isBefore(until)) {
      return new ProviderAnswer.Failed(
          FailureReason.RATE_LIMITED, Optional.of(Duration.between(now, until)));
    }
    if (!placeTaken()) {
      return new ProviderAnswer.Failed(FailureReason.TIMEOUT, Optional.empty());
    }
    try {
      ProviderAnswer answer = provider.redeem(refreshToken);
      if (answer instanceof ProviderAnswer.Failed failed && failed.retryAfter().isPresent()) {
        rest(failed.retryAfter().orElseThrow());
      }
      return answer;
    } finally {
      places.release();
    }
  }

  /** Without a place: it hardly ever asks. */
  @Override
  public TokenCheck check(Secret accessToken) {
    return provider.check(accessToken);
  }

  @Override
  public Revocation revoke(Grant grant) {
    if (!placeTaken()) {
      return Revocation.FAILED;
    }
    try {
      return provider.revoke(grant);
    } finally {
      places.release();
    }
  }

  private void rest(Duration asked) {
    Duration time = asked.compareTo(LONGEST_REST) < 0 ? asked : LONGEST_REST;
    restsUntil = latest(restsUntil, clock.instant().plus(time));
  }

  private boolean placeTaken() {
    try {
      return places.tryAcquire(longestWait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Instant latest(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
