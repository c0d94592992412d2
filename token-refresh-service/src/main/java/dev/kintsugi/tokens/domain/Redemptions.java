package dev.kintsugi.tokens.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of the redemptions of a grant's refresh tokens.
 *
 * @param begun the one that has begun and of which no outcome is stored; empty: none
 * @param refusedAt when one last began because a token was refused before its end; empty: never
 */
public record Redemptions(Rotation rotation, Optional<Begun> begun, Optional<Instant> refusedAt) {

  /** Of a grant that was never renewed. */
  public static final Redemptions NONE = new Redemptions(Rotation.UNKNOWN, Optional.empty());

  /** Where no token was refused before its end. */
  public Redemptions(Rotation rotation, Optional<Begun> begun) {
    this(rotation, begun, Optional.empty());
  }

  /** Whether the provider answers a redemption with another refresh token. */
  public enum Rotation {
    /** It has not been asked yet. */
    UNKNOWN,
    /** It has left the refresh token as it is, each time. */
    KEEPS,
    /** It has sent another one, once at least. */
    ROTATES
  }

  /**
   * A redemption that has begun.
   *
   * @param number the fencing number of the lease under which it began: whose it is
   * @param at by the clock of whoever began it
   */
  public record Begun(long number, Instant at) {}

  /** A redemption is about to begin. */
  Redemptions begin(long number, Instant now) {
    return new Redemptions(rotation, Optional.of(new Begun(number, now)), refusedAt);
  }

  /** The one that is about to begin does so because a token was refused before its end. */
  Redemptions refused(Instant now) {
    return new Redemptions(rotation, begun, Optional.of(now));
  }

  /** It has ended without new tokens, or does not matter any more. */
  Redemptions end() {
    return new Redemptions(rotation, Optional.empty(), refusedAt);
  }

  /** It has brought new tokens. */
  Redemptions succeed(boolean rotated) {
    boolean everRotated = rotated || rotation == Rotation.ROTATES;
    return new Redemptions(
        everRotated ? Rotation.ROTATES : Rotation.KEEPS, Optional.empty(), refusedAt);
  }
}
