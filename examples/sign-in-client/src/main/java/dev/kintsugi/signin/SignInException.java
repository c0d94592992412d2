package dev.kintsugi.signin;

import org.jspecify.annotations.Nullable;

/**
 * The provider refused, could not be reached, or answered something that is not the protocol.
 *
 * <p>With an {@link #oauthError()} the provider refused and repeating does not help; without one a
 * caller may try again.
 */
public final class SignInException extends RuntimeException {

  private final @Nullable String oauthError;

  SignInException(String message, @Nullable String oauthError) {
    super(message);
    this.oauthError = oauthError;
  }

  SignInException(String message, Throwable cause) {
    super(message, cause);
    this.oauthError = null;
  }

  /**
   * The OAuth error code, such as {@code invalid_grant}; {@code access_denied} for a wrong
   * password.
   */
  public @Nullable String oauthError() {
    return oauthError;
  }
}
