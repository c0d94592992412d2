package dev.kintsugi.tokens.domain;

import java.util.Locale;

/** Why a provider gave no token. */
public enum FailureReason {
  /** The provider does not accept the refresh token any more; the only one that ends a grant. */
  INVALID_GRANT,
  /**
   * It does not accept us (invalid_client and the like): a matter of settings, not of the grant.
   */
  CLIENT_REFUSED,
  /** Status 429. */
  RATE_LIMITED,
  /** Status 5xx. */
  SERVER_ERROR,
  /** No answer in time. */
  TIMEOUT,
  /** No connection, or one that broke. */
  UNREACHABLE,
  /** An answer that is not of the protocol: HTML, a redirect, JSON without a token. */
  MALFORMED,
  /** An answer larger than any token answer. */
  TOO_LARGE;

  /** As it stands in metrics: lower case with dashes. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
