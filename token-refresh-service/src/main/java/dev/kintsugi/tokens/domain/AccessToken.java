package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * An access token and its time.
 *
 * @param expiresAt by this machine's clock, counted from when the token was received
 */
public record AccessToken(Secret value, Instant issuedAt, Instant expiresAt) {

  public Duration lifetime() {
    return Duration.between(issuedAt, expiresAt);
  }

  /** The same with an end that lies no later than so long after its issue. */
  AccessToken livingAtMost(Duration life) {
    return life.compareTo(lifetime()) < 0
        ? new AccessToken(value, issuedAt, issuedAt.plus(life))
        : this;
  }

  /** Whether it is good for at least {@code margin} from now. */
  public boolean isGood(Instant now, Duration margin) {
    return now.plus(margin).isBefore(expiresAt);
  }
}
