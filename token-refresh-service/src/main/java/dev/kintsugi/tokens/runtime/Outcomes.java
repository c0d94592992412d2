package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.tokens.domain.GrantKey;
import java.time.Instant;

/** Whether tokens that were renewed ahead were used, as was expected. Thread-safe. */
final class Outcomes {

  private static final int MOST = 100_000;

  private record Renewed(Instant at, double need) {}

  private final TokenEvents events;
  private final Cache<GrantKey, Renewed> open = Caffeine.newBuilder().maximumSize(MOST).build();

  Outcomes(TokenEvents events) {
    this.events = events;
  }

  /**
   * A token was renewed ahead.
   *
   * @param need with what probability it was expected to be used
   */
  void renewed(GrantKey key, double need, Instant at) {
    open.put(key, new Renewed(at, need));
  }

  /** The next decision about the grant is due; its token was used last at that time. */
  void settle(GrantKey key, Instant lastUsed) {
    Renewed renewed = open.asMap().remove(key);
    if (renewed != null) {
      events.settled(renewed.need(), !lastUsed.isBefore(renewed.at()));
    }
  }
}
