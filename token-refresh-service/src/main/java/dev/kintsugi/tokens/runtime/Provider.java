package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import java.time.Duration;

/** One OAuth 2.0 provider. Methods block for at most {@link #timeout} and do not throw. */
public interface Provider {

  /** What came of a revocation. */
  enum Revocation {
    /** Revoked, or not known to the provider, or the provider cannot revoke. */
    DONE,
    FAILED
  }

  String name();

  /** The longest a call can take; after it, nothing of it is under way any more. */
  Duration timeout();

  /** How long an access token is taken to live of which the provider says nothing. */
  Duration assumedLifetime();

  ProviderAnswer redeem(Secret refreshToken);

  /**
   * Checks an access token without the provider, but for its keys. Waits for these for a moment.
   */
  TokenCheck check(Secret accessToken);

  /** Revokes the grant's refresh token, or its access token where it has none. */
  Revocation revoke(Grant grant);
}
