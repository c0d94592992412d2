package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import java.time.Duration;

/** What others may want to count. Must be quick, thread-safe, and must not throw. */
public interface TokenEvents {

  /** Why a token was renewed. */
  enum Trigger {
    /** The schedule said so. */
    AHEAD,
    /** Somebody waited for it. */
    STALL,
    /** It was refused before its end, and somebody waited. */
    REFUSED;

    /** Whether those have the precedence whose tokens have ended. */
    boolean yields() {
      return this != STALL;
    }
  }

  /** What came of a token that was refused before its end. */
  enum Refusal {
    /** There is another one. */
    RENEWED,
    /** There was another one already. */
    OUTDATED,
    /** One of the same grant was refused a moment ago. */
    TOO_SOON,
    /** It cannot be renewed, or not now. */
    KEPT
  }

  void refreshed(String provider, Trigger trigger, Duration took);

  void failed(String provider, FailureReason reason);

  /** A caller asked for a token and got one, or was told that there is none at the moment. */
  default void requested(boolean stalled) {}

  /** The provider was not asked. */
  void heldBack(String provider, FailureReason reason);

  /** A caller had to wait for the provider. */
  void stalled(Duration waited);

  /** A caller said that a token was refused before its end. */
  default void refused(String provider, Refusal outcome) {}

  void servedFromMemory();

  void revoked(String provider, Provider.Revocation outcome);

  void unreadable();

  /** It was decided whether to renew ahead. */
  default void decided(Decision decision) {}

  /**
   * It is known whether a token that was renewed ahead was used.
   *
   * @param expected with what probability it was to be
   */
  default void settled(double expected, boolean used) {}
}
