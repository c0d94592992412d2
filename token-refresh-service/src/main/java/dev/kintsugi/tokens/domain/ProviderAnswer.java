package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.util.Optional;

/** What came of redeeming a refresh token. */
public sealed interface ProviderAnswer {

  /**
   * New tokens.
   *
   * @param refreshToken empty: the old one stays good
   * @param lifetime empty: the provider named none
   * @param scope empty: unchanged
   */
  record Granted(
      Secret accessToken,
      Optional<Secret> refreshToken,
      Optional<Duration> lifetime,
      Optional<String> scope)
      implements ProviderAnswer {}

  /** The grant is no longer accepted. */
  record Refused(String error) implements ProviderAnswer {}

  /**
   * Nothing about the grant is known from this; it may have been redeemed all the same.
   *
   * @param retryAfter as the provider asked; empty: it did not
   */
  record Failed(FailureReason reason, Optional<Duration> retryAfter) implements ProviderAnswer {}
}
