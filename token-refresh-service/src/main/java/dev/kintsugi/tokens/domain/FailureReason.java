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
  /** Who began the last redemption has told nobody of its outcome; nobody was asked again. */
  INTERRUPTED,
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
  TOO_LARGE,
  /** Not asked: as many calls as it may have at a time are under way. */
  CROWDED,
  /** Not asked: it has as many calls a second as it may have. */
  OVER_RATE,
  /** Not asked: it wants to be left alone for a while ({@code Retry-After}). */
  RESTING,
  /** Not asked: it has failed too often, and is tried but once in a while. */
  CIRCUIT_OPEN;

  /** Whether it tells that the provider is not well, or not there. */
  public boolean isOutage() {
    return switch (this) {
      case RATE_LIMITED, SERVER_ERROR, TIMEOUT, UNREACHABLE, MALFORMED, TOO_LARGE -> true;
      case INVALID_GRANT, CLIENT_REFUSED, INTERRUPTED -> false;
      case CROWDED, OVER_RATE, RESTING, CIRCUIT_OPEN -> false;
    };
  }

  /** As it stands in metrics: lower case with dashes. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
