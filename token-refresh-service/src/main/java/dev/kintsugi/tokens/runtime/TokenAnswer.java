package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.AccessToken;
import java.time.Duration;

/** What a caller who asks for an access token is told. */
public sealed interface TokenAnswer {

  /** Where the token comes from. */
  enum Source {
    STORE,
    /** The caller had to wait for the provider. */
    STALL,
    /** The store does not answer. */
    MEMORY
  }

  record Token(AccessToken token, long generation, Source source) implements TokenAnswer {}

  /** No such grant, or none of the caller's. */
  record NotFound() implements TokenAnswer {}

  /**
   * The user must sign in again.
   *
   * @param reason an OAuth error code, or {@code expired}, or {@code unreadable}
   */
  record Dead(String reason) implements TokenAnswer {}

  /** Not now; nothing has changed for the caller. */
  record Later(String reason, Duration retryAfter, boolean stalled) implements TokenAnswer {}
}
