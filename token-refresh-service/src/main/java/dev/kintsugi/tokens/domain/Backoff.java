package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.util.Optional;

/**
 * Growing pauses between attempts, spread by chance so that many do not come back at once.
 *
 * @param first the longest pause after the first failure; it doubles with each further one
 * @param longest beyond which it does not grow
 */
public record Backoff(Duration first, Duration longest) {

  private static final int MAX_DOUBLINGS = 20;

  /**
   * The pause after a failure: between half and all of the full one, but never less than the
   * provider asked for.
   *
   * @param failures so far, this one included
   * @param chance in [0, 1)
   */
  public Duration pause(int failures, Optional<Duration> retryAfter, double chance) {
    long full = first.toMillis() << Math.min(Math.max(failures - 1, 0), MAX_DOUBLINGS);
    long capped = Math.min(full, longest.toMillis());
    Duration pause = Duration.ofMillis(Math.round(capped * (0.5 + chance / 2)));
    return retryAfter
        .filter(asked -> asked.compareTo(pause) > 0)
        .map(asked -> asked.plusMillis(Math.round(capped * chance / 2)))
        .orElse(pause);
  }
}
