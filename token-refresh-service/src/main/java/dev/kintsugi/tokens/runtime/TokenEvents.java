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
    STALL
  }

  void refreshed(String provider, Trigger trigger, Duration took);

  void failed(String provider, FailureReason reason);

  /** A caller asked for a token and got one, or was told that there is none at the moment. */
  default void requested(boolean stalled) {}

  /** The provider was not asked. */
  void heldBack(String provider, FailureReason reason);

  /** A caller had to wait for the provider. */
  void stalled(Duration waited);

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
