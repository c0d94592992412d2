package dev.kintsugi.tokens.runtime;

import java.time.Duration;

/**
 * How hard one instance may lean on one provider.
 *
 * @param parallel calls at a time, at least 1
 * @param callsPerSecond renewals and revocations, evenly spread, at least 1
 * @param reserve the part of both in [0, 1) that is for callers who wait, never for what is done
 *     ahead of time
 * @param longestQueue how long a call waits for each of place and turn
 * @param breakerWindow of so many last calls four fifths must fail, and half of it there must be,
 *     before the provider is taken to be away; at least 2
 * @param probeInterval how often a provider that is away is tried, at least 10 ms
 */
public record ProviderLimits(
    int parallel,
    int callsPerSecond,
    double reserve,
    Duration longestQueue,
    int breakerWindow,
    Duration probeInterval) {

  public ProviderLimits {
    if (parallel < 1 || callsPerSecond < 1 || breakerWindow < 2) {
      throw new IllegalArgumentException(
          "limits too small to let a call through: parallel %d, calls %d a second, window %d"
              .formatted(parallel, callsPerSecond, breakerWindow));
    }
    if (!(reserve >= 0 && reserve < 1)) {
      throw new IllegalArgumentException("reserve must be in [0, 1), got " + reserve);
    }
    if (longestQueue.isNegative() || probeInterval.toMillis() < 10) {
      throw new IllegalArgumentException(
          "no spans of time: queue %s, probes every %s".formatted(longestQueue, probeInterval));
    }
  }

  /** Places for what is done ahead of time. */
  int aheadParallel() {
    return Math.max(1, (int) Math.floor(parallel * (1 - reserve)));
  }

  /** Between two calls of anybody. */
  Duration interval() {
    return Duration.ofNanos(Math.round(1e9 / callsPerSecond));
  }

  /** Between two calls ahead of time. */
  Duration aheadInterval() {
    return Duration.ofNanos(Math.round(1e9 / (callsPerSecond * (1 - reserve))));
  }
}
