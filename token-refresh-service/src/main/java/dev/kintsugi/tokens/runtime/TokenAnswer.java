package dev.kintsugi.tokens.runtime;

import dev.kintsugi.core.UserId;
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

  /**
   * A token that is good now.
   *
   * @param user whose it is: an application asks for any user's
   */
  record Token(AccessToken token, UserId user, long generation, Source source)
      implements TokenAnswer {}

  /** No such grant, or none of the caller's. */
  record NotFound() implements TokenAnswer {}

  /**
   * The user must sign in again.
   *
   * @param reason an OAuth error code, {@code interrupted}, {@code expired}, {@code unreadable}, or
   *     {@code refused}: before its end, and there is no way to another one
   */
  record Dead(String reason) implements TokenAnswer {}

  /** A token of the grant was refused a moment ago as well; this one may be tried again. */
  record TooSoon(Duration retryAfter) implements TokenAnswer {}

  /** Not now; nothing has changed for the caller. */
  record Later(String reason, Duration retryAfter, boolean stalled) implements TokenAnswer {}
}
