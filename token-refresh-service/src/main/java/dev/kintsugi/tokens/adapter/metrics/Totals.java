package dev.kintsugi.tokens.adapter.metrics;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.RefreshPolicy.Why;
import dev.kintsugi.tokens.runtime.Provider;
import dev.kintsugi.tokens.runtime.TokenEvents;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what happens: {@code kintsugi.tokens.refreshes} (tags provider, trigger), {@code .stalls},
 * {@code .failures} (provider, reason), {@code .held.back} (provider, reason), {@code .cached},
 * {@code .refused} (provider, outcome: of tokens that were refused before their end), {@code
 * .revocations}, {@code .unreadable}, {@code .requests} (stalled), {@code .decisions} (decision),
 * {@code .wasted} (renewed ahead and never used). How good forecasts are: {@code
 * .forecast.renewed}, {@code .forecast.used} and the sum of what was {@code .forecast.expected}, by
 * tenths of the probability (tag expected). Thread-safe.
 */
public final class Totals implements TokenEvents {

  private static final String PREFIX = "kintsugi.tokens.";
  private static final List<String> TENTHS =
      List.of("0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9");

  /**
   * How a provider did last.
   *
   * @param failing since when nothing but failures; empty: the last call succeeded
   */
  record Condition(Optional<Instant> failing, String reason) {}

  private final MeterRegistry registry;
  private final InstantSource clock;
  private final Map<String, Condition> conditions = new ConcurrentHashMap<>();

  public Totals(MeterRegistry registry, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
    registry.timer(PREFIX + "stalls");
  }

  @Override
  public void refreshed(String provider, Trigger trigger, Duration took) {
    String label = trigger.name().toLowerCase(Locale.ROOT);
    registry.counter(PREFIX + "refreshes", "provider", provider, "trigger", label).increment();
    registry.timer(PREFIX + "provider.time", "provider", provider).record(took);
    conditions.put(provider, new Condition(Optional.empty(), ""));
  }

  @Override
  public void failed(String provider, FailureReason reason) {
    registry
        .counter(PREFIX + "failures", "provider", provider, "reason", reason.label())
        .increment();
    if (reason == FailureReason.INTERRUPTED) {
      return;
    }
    if (reason == FailureReason.INVALID_GRANT) {
      conditions.put(provider, new Condition(Optional.empty(), ""));
      return;
    }
    Instant now = clock.instant();
    conditions.merge(
        provider,
        new Condition(Optional.of(now), reason.label()),
        (old, latest) -> new Condition(old.failing().or(latest::failing), latest.reason()));
  }

  @Override
  public void heldBack(String provider, FailureReason reason) {
    registry
        .counter(PREFIX + "held.back", "provider", provider, "reason", reason.label())
        .increment();
  }

  @Override
  public void stalled(Duration waited) {
    registry.timer(PREFIX + "stalls").record(waited);
  }

  @Override
  public void refused(String provider, Refusal outcome) {
    String label = outcome.name().toLowerCase(Locale.ROOT).replace('_', '-');
    registry.counter(PREFIX + "refused", "provider", provider, "outcome", label).increment();
  }

  @Override
  public void servedFromMemory() {
    registry.counter(PREFIX + "cached").increment();
  }

  @Override
  public void revoked(String provider, Provider.Revocation outcome) {
    String label = outcome.name().toLowerCase(Locale.ROOT);
    registry.counter(PREFIX + "revocations", "provider", provider, "outcome", label).increment();
  }

  @Override
  public void unreadable() {
    registry.counter(PREFIX + "unreadable").increment();
  }

  @Override
  public void requested(boolean stalled) {
    registry.counter(PREFIX + "requests", "stalled", Boolean.toString(stalled)).increment();
  }

  @Override
  public void decided(Decision decision) {
    String label =
        switch (decision) {
          case Decision.Renew _ -> "renew";
          case Decision.Later _ -> "later";
          case Decision.Never(Why why, var _) -> label(why);
        };
    registry.counter(PREFIX + "decisions", "decision", label).increment();
  }

  private static String label(Why why) {
    return why.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public void settled(double expected, boolean used) {
    String tenth = TENTHS.get((int) Math.clamp(expected * 10, 0, 9));
    registry.counter(PREFIX + "forecast.renewed", "expected", tenth).increment();
    registry.counter(PREFIX + "forecast.expected", "expected", tenth).increment(expected);
    registry.counter(PREFIX + "forecast.used", "expected", tenth).increment(used ? 1 : 0);
    if (!used) {
      registry.counter(PREFIX + "wasted").increment();
    }
  }

  Map<String, Condition> conditions() {
    return Map.copyOf(conditions);
  }

  /** As {@code /admin/v1/stats} shows them. */
  public Map<String, Object> shown() {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("refreshes", count("refreshes"));
    shown.put("aheadRefreshes", count("refreshes", "trigger", "ahead"));
    shown.put("wasted", count("wasted"));
    shown.put("requests", count("requests"));
    shown.put("stalls", registry.get(PREFIX + "stalls").timer().count());
    shown.put("cached", count("cached"));
    shown.put("refused", count("refused"));
    Map<String, Long> reasons = new TreeMap<>();
    long failures = 0;
    for (FailureReason reason : FailureReason.values()) {
      long count = count("failures", "reason", reason.label());
      if (count > 0) {
        reasons.put(reason.label(), count);
        failures += count;
      }
    }
    shown.put("providerFailures", failures);
    shown.put("failures", reasons);
    return shown;
  }

  /**
   * How good forecasts were, by tenths of the probability: how many tokens were {@code renewed}
   * ahead, how many of them were {@code expected} to be used, and how many were {@code used}.
   */
  public List<Map<String, Object>> calibration() {
    List<Map<String, Object>> tenths = new ArrayList<>();
    for (int i = 0; i < TENTHS.size(); i++) {
      Map<String, Object> tenth = new LinkedHashMap<>();
      tenth.put("from", i / 10.0);
      tenth.put("to", (i + 1) / 10.0);
      tenth.put("renewed", count("forecast.renewed", "expected", TENTHS.get(i)));
      tenth.put("expected", sum("forecast.expected", "expected", TENTHS.get(i)));
      tenth.put("used", count("forecast.used", "expected", TENTHS.get(i)));
      tenths.add(tenth);
    }
    return tenths;
  }

  private double sum(String name, String... tags) {
    return registry.find(PREFIX + name).tags(tags).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private long count(String name, String... tags) {
    return registry.find(PREFIX + name).tags(tags).counters().stream()
        .mapToLong(counter -> Math.round(counter.count()))
        .sum();
  }
}
