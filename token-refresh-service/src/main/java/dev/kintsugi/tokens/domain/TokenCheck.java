package dev.kintsugi.tokens.domain;

import java.time.Instant;
import java.util.Optional;

/** What an access token says of itself, as far as that can be checked. */
public sealed interface TokenCheck {

  /**
   * A JWT whose signature and audience are good.
   *
   * @param expiresAt as it says itself, by our clock; empty: it does not
   */
  record Sound(Optional<Instant> expiresAt) implements TokenCheck {}

  /**
   * An opaque token, one of another issuer, or one whose key cannot be had: nothing speaks against
   * it.
   */
  record Unchecked() implements TokenCheck {}

  /**
   * A JWT that its provider, as whose it shows itself, did not issue so.
   *
   * @param reason {@code signature}, {@code audience} or {@code unsigned}
   */
  record Forged(String reason) implements TokenCheck {}
}
