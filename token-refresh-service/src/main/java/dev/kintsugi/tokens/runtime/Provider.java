package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.ClockOffset;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import java.time.Duration;

/** One OAuth 2.0 provider. Methods block for at most {@link #timeout} and do not throw. */
public interface Provider {

  /** What came of a revocation. */
  enum Revocation {
    /** Revoked, or not known to the provider. */
    DONE,
    /** There is nothing to revoke, or the provider cannot; it was not asked. */
    NOTHING,
    FAILED,
    /** The provider was not asked: it has enough to do, or is away. */
    HELD_BACK;

    /** Whether nothing is left to be done. */
    public boolean isOver() {
      return this == DONE || this == NOTHING;
    }
  }

  String name();

  /** The longest a call can take; after it, nothing of it is under way any more. */
  Duration timeout();

  /** How long an access token is taken to live of which the provider says nothing. */
  Duration assumedLifetime();

  /**
   * For how long the provider goes on accepting a refresh token that it has replaced; zero: it does
   * not, or that is not known.
   */
  default Duration reuseWindow() {
    return Duration.ZERO;
  }

  /** By how much its clock is ahead of ours. */
  default ClockOffset clock() {
    return ClockOffset.UNKNOWN;
  }

  /** Whether it is taken to be away: it has failed again and again. */
  default boolean isAway() {
    return false;
  }

  ProviderAnswer redeem(Secret refreshToken);

  /**
   * Asks whether it may be asked, and may wait for that; counts in {@link #timeout}. One that has
   * no limits lets everybody through.
   *
   * @param trigger whether somebody waits
   */
  default Admission admit(Trigger trigger) {
    return new Unlimited(this);
  }

  /** The way to a provider without limits. */
  record Unlimited(Provider provider) implements Admission.Open {
    @Override
    public Duration timeout() {
      return provider.timeout();
    }

    @Override
    public ProviderAnswer redeem(Secret refreshToken) {
      return provider.redeem(refreshToken);
    }

    @Override
    public void close() {}
  }

  /**
   * Checks an access token without the provider, but for its keys. Waits for these for a moment.
   */
  TokenCheck check(Secret accessToken);

  /** Revokes the grant's refresh token, or its access token where it has none. */
  Revocation revoke(Grant grant);
}
