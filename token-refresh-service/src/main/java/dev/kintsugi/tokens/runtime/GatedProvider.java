package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.ClockOffset;
import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import io.github.resilience4j.ratelimiter.RateLimiter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A provider that is asked by a bounded number of callers at a time, at a bounded rate, hardly at
 * all while it is away, and not at all while it wants to be left alone. Thread-safe; blocks.
 */
public final class GatedProvider implements Provider {

  private final Provider provider;
  private final ProviderLimits limits;
  private final Surroundings around;
  private final ProviderGate gate;
  // Fair, and asked with a deadline; a Resilience4j bulkhead of semaphores is the same but for
  // that.
  private final Semaphore places;
  private final Semaphore aheadPlaces;

  public GatedProvider(Provider provider, ProviderLimits limits, Surroundings around) {
    this.provider = provider;
    this.limits = limits;
    this.around = around;
    this.gate = new ProviderGate(provider.name(), limits, around::nanos);
    this.places = new Semaphore(limits.parallel(), true);
    this.aheadPlaces = new Semaphore(limits.aheadParallel(), true);
  }

  @Override
  public String name() {
    return provider.name();
  }

  /** The provider's, and the waits for two places and two turns. */
  @Override
  public Duration timeout() {
    return provider.timeout().plus(limits.longestQueue().multipliedBy(4));
  }

  @Override
  public Duration assumedLifetime() {
    return provider.assumedLifetime();
  }

  @Override
  public Duration reuseWindow() {
    return provider.reuseWindow();
  }

  @Override
  public ClockOffset clock() {
    return provider.clock();
  }

  @Override
  public boolean isAway() {
    return gate.isAway();
  }

  @Override
  public Admission admit(Trigger trigger) {
    Optional<Admission.Closed> barred = gate.barred();
    if (barred.isPresent()) {
      return barred.get();
    }
    if (!placeTaken(trigger)) {
      return new Admission.Closed(FailureReason.CROWDED, limits.longestQueue());
    }
    Optional<Admission.Closed> refused = turnTaken(trigger).or(gate::enter);
    if (refused.isPresent()) {
      placeGivenBack(trigger);
      return refused.get();
    }
    return new Call(trigger);
  }

  private Optional<Admission.Closed> turnTaken(Trigger trigger) {
    for (RateLimiter lane : gate.lanes(trigger)) {
      OptionalLong waitNanos = ProviderGate.turn(lane);
      if (waitNanos.isEmpty() || !paused(waitNanos.getAsLong())) {
        return Optional.of(gate.overRate());
      }
    }
    return Optional.empty();
  }

  private boolean paused(long nanos) {
    if (nanos == 0) {
      return true;
    }
    try {
      around.pauses().pause(Duration.ofNanos(nanos));
      return true;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Asks it if it may be asked. */
  @Override
  public ProviderAnswer redeem(Secret refreshToken) {
    return switch (admit(Trigger.STALL)) {
      case Admission.Closed(FailureReason reason, Duration retryAfter) ->
          new ProviderAnswer.Failed(reason, Optional.of(retryAfter));
      case Admission.Open open -> {
        try (open) {
          yield open.redeem(refreshToken);
        }
      }
    };
  }

  /** Without a place: it hardly ever asks. */
  @Override
  public TokenCheck check(Secret accessToken) {
    return provider.check(accessToken);
  }

  /**
   * Nobody waits for it. It is a probe too of a provider that is away: there may be nothing else to
   * ask. What comes of it while the provider is there says nothing about redemptions.
   */
  @Override
  public Revocation revoke(Grant grant) {
    if (gate.barred().isPresent() || !placeTaken(Trigger.AHEAD)) {
      return Revocation.HELD_BACK;
    }
    try {
      return turnTaken(Trigger.AHEAD).or(gate::enter).isPresent()
          ? Revocation.HELD_BACK
          : revokeThrough(grant);
    } finally {
      placeGivenBack(Trigger.AHEAD);
    }
  }

  private Revocation revokeThrough(Grant grant) {
    long beganNanos = around.nanos();
    Revocation outcome = Revocation.FAILED;
    try {
      outcome = provider.revoke(grant);
      return outcome;
    } finally {
      gate.leftAfterRevocation(outcome, around.nanos() - beganNanos);
    }
  }

  private boolean placeTaken(Trigger trigger) {
    if (trigger.yields() && !taken(aheadPlaces)) {
      return false;
    }
    boolean taken = taken(places);
    if (!taken && trigger.yields()) {
      aheadPlaces.release();
    }
    return taken;
  }

  private boolean taken(Semaphore some) {
    try {
      return some.tryAcquire(limits.longestQueue().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void placeGivenBack(Trigger trigger) {
    places.release();
    if (trigger.yields()) {
      aheadPlaces.release();
    }
  }

  /** One call that was let through. */
  private final class Call implements Admission.Open {

    private final Trigger trigger;
    private final AtomicBoolean used = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    Call(Trigger trigger) {
      this.trigger = trigger;
    }

    @Override
    public Duration timeout() {
      return provider.timeout();
    }

    @Override
    public ProviderAnswer redeem(Secret refreshToken) {
      if (!used.compareAndSet(false, true)) {
        throw new IllegalStateException("a place is good for one call");
      }
      long beganNanos = around.nanos();
      ProviderAnswer answer =
          new ProviderAnswer.Failed(FailureReason.UNREACHABLE, Optional.empty());
      try {
        answer = provider.redeem(refreshToken);
        return answer;
      } finally {
        gate.left(answer, around.nanos() - beganNanos);
      }
    }

    @Override
    public void close() {
      if (!closed.compareAndSet(false, true)) {
        return;
      }
      if (!used.get()) {
        gate.leftUnused();
      }
      placeGivenBack(trigger);
    }
  }
}
