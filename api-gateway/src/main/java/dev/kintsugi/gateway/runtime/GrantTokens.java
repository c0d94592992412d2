package dev.kintsugi.gateway.runtime;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Access tokens of grants, from the token service. Thread-safe. */
@FunctionalInterface
public interface GrantTokens {

  /** What the token service said. */
  sealed interface Answer {
    /**
     * A token that is good now.
     *
     * @param user whose grant it is
     * @param generation tells it from those before; 0: the service does not say
     */
    record Token(String value, String user, long generation) implements Answer {
      /** Without the token. */
      @Override
      public String toString() {
        return "Token";
      }
    }

    /** There is no such grant for this caller. */
    record Unknown() implements Answer {}

    /** The grant has ended for good: the user must sign in again. */
    record Ended() implements Answer {}

    /** The caller's own token was not accepted. */
    record Unauthorized() implements Answer {}

    /** The token service or the provider cannot be asked now. */
    record Away() implements Answer {}
  }

  /**
   * The access token of a grant, on behalf of a caller; always completes with an answer, within the
   * token service's timeout, unless it is cancelled.
   *
   * @param refused the generation of a token that an application did not accept, although it was
   *     good: another one is wanted; empty: none was
   * @param authorization the caller's own, as its header stands
   */
  CompletableFuture<Answer> of(String grantId, OptionalLong refused, String authorization);
}
