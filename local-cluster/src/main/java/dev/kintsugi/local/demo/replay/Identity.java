package dev.kintsugi.local.demo.replay;

import dev.kintsugi.trace.TraceUser;
import java.time.Instant;
import java.util.Optional;

/** The identity provider as the demo needs it. Blocking and thread-safe; throws what went wrong. */
public interface Identity {

  /**
   * Tokens of one authorization.
   *
   * @param expiresAt when the access token ends
   */
  record Granted(
      String accessToken, Optional<String> refreshToken, Instant expiresAt, String scope) {

    /** Without the tokens themselves. */
    @Override
    public String toString() {
      return "Granted[until " + expiresAt + "]";
    }
  }

  /** Signs a user in, as a browser would. */
  Granted signIn(TraceUser user);

  /** A token of the mail application itself, which may act for any of its users. */
  Granted application();
}
