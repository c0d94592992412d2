package dev.kintsugi.tokens.app;

import dev.kintsugi.tokens.runtime.ProviderLimits;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What one instance may ask of a provider, and when it takes it to be away.
 *
 * @param callsPerSecond renewals and revocations. Too low: what is due falls behind, and after an
 *     outage callers wait for their turn; too high: the provider refuses (429) what comes after an
 *     outage. Instances do not share it: each may have its part of what the provider allows
 * @param reserve the part of the calls, and of those at a time, that is left to callers who wait.
 *     Too low: they queue behind renewals ahead of time; too high: less is renewed ahead of time,
 *     and more callers wait
 * @param queue how long a call waits for a place, and for its turn. Too low: bursts are refused
 *     that a moment would have spread; too high: leases are held for longer, and so is a grant
 *     whose instance dies
 * @param breakerWindow of so many last calls half must fail before the provider is taken to be
 *     away. Too low: two lost calls bar it; too high: more calls run into an outage before it is
 *     noticed
 * @param probeInterval how often a provider that is away is tried, by one call. Too low: it is
 *     pestered while it recovers; too high: its recovery is noticed late
 */
record LimitProperties(
    @DefaultValue("100") int callsPerSecond,
    @DefaultValue("0.25") double reserve,
    @DefaultValue("1s") Duration queue,
    @DefaultValue("20") int breakerWindow,
    @DefaultValue("1500ms") Duration probeInterval) {

  LimitProperties {
    check(callsPerSecond > 0 && callsPerSecond <= 100_000, "calls-per-second", "1 to 100000");
    check(reserve >= 0 && reserve < 1, "reserve", "at least 0 and less than 1");
    check(!queue.isNegative() && queue.toSeconds() <= 10, "queue", "0s to 10s");
    check(breakerWindow >= 2 && breakerWindow <= 10_000, "breaker-window", "2 to 10000");
    check(
        probeInterval.toMillis() >= 10 && probeInterval.toHours() < 1,
        "probe-interval",
        "10ms to an hour");
  }

  private static void check(boolean valid, String key, String range) {
    if (!valid) {
      throw new IllegalArgumentException(
          "kintsugi.tokens.providers.<name>.limits." + key + " must be " + range);
    }
  }

  ProviderLimits of(int parallel) {
    return new ProviderLimits(
        parallel, callsPerSecond, reserve, queue, breakerWindow, probeInterval);
  }
}
