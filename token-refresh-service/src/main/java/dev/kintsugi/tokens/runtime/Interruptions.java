package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.RedemptionRules;
import dev.kintsugi.tokens.domain.RedemptionRules.Start;
import dev.kintsugi.tokens.domain.Redemptions.Begun;
import java.time.Duration;

/** Remembers since when this instance has seen redemptions that others began. Thread-safe. */
final class Interruptions {

  /** As much longer than the others' pauses as a call to the store may take. */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  private record Sighting(Begun begun, long sinceNanos) {}

  private final Duration patience;
  private final Surroundings around;
  private final Cache<String, Sighting> sightings =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofHours(1)).build();

  /**
   * Nothing seen yet.
   *
   * @param longestPause between two attempts of an instance to store what came of a redemption
   */
  Interruptions(Duration longestPause, Surroundings around) {
    this.patience = longestPause.plus(MARGIN);
    this.around = around;
  }

  /** Whether the holder of the grant's lease may redeem its refresh token. */
  Start look(Grant grant, Duration reuseWindow) {
    return RedemptionRules.start(grant, sighted(grant), patience, reuseWindow, around.now());
  }

  private Duration sighted(Grant grant) {
    if (grant.redemptions().begun().isEmpty()) {
      return Duration.ZERO;
    }
    long now = around.nanos();
    Begun begun = grant.redemptions().begun().get();
    Sighting known =
        sightings
            .asMap()
            .compute(
                grant.key().toString(),
                (_, before) ->
                    before != null && before.begun().equals(begun)
                        ? before
                        : new Sighting(begun, now));
    return Duration.ofNanos(now - known.sinceNanos());
  }
}
