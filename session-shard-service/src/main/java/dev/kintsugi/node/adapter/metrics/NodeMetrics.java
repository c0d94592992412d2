package dev.kintsugi.node.adapter.metrics;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.SlotView;
import dev.kintsugi.node.domain.Suspect;
import dev.kintsugi.node.runtime.NodeStatus;
import dev.kintsugi.node.runtime.StatusSource;
import dev.kintsugi.node.runtime.StoreListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The node's gauges, counters and timers. Thread-safe. */
public final class NodeMetrics implements StoreListener {

  private final Timer readBack;
  private final Timer serving;
  private final Counter fenced;
  private final Map<Area, Map<Suspect, Counter>> differences = new HashMap<>();

  /**
   * The meters of a node.
   *
   * @param areas whose counters are there before anything has to be counted
   */
  public NodeMetrics(MeterRegistry registry, StatusSource source, Areas areas) {
    this.readBack =
        Timer.builder("kintsugi.node.write")
            .description("from a write's append until it was read back and applied")
            .publishPercentiles(0.5, 0.99)
            .register(registry);
    this.serving =
        Timer.builder("kintsugi.node.takeover")
            .description("from beginning to take a slot until serving it")
            .register(registry);
    this.fenced =
        Counter.builder("kintsugi.node.fenced")
            .description("how often this node was fenced and joined again")
            .register(registry);
    for (SlotView.Role role : SlotView.Role.values()) {
      Gauge.builder("kintsugi.node.slots", source, it -> count(it.status(), role))
          .tag("role", role.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    gauge(registry, source, "lease.valid", status -> status.leaseValid() ? 1 : 0);
    gauge(registry, source, "log.reachable", status -> status.logReachable() ? 1 : 0);
    gauge(registry, source, "shards", status -> sum(status, SlotView::shards));
    gauge(registry, source, "nearly.full", status -> status.nearlyFull() ? 1 : 0);
    gauge(registry, source, "quarantined", status -> sum(status, SlotView::quarantined));
    gauge(registry, source, "bytes", status -> sum(status, SlotView::bytes));
    counter(registry, source, "void.records", NodeStatus::voidRecords);
    counter(registry, source, "malformed.records", NodeStatus::malformedRecords);
    FunctionCounter.builder(
            "kintsugi.digest.comparisons", source, it -> (double) it.status().comparisons())
        .description("how often a copy here was compared with its owner's")
        .register(registry);
    for (AreaPolicy policy : areas.all()) {
      Map<Suspect, Counter> ofArea = new EnumMap<>(Suspect.class);
      for (Suspect suspect : Suspect.values()) {
        ofArea.put(suspect, differences(registry, policy.area(), suspect));
      }
      differences.put(policy.area(), ofArea);
    }
  }

  private static Counter differences(MeterRegistry registry, Area area, Suspect suspect) {
    return Counter.builder("kintsugi.digest.differences")
        .description("how often a copy here differed from its owner's")
        .tag("area", area.value())
        .tag("suspect", suspect.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry,
      StatusSource source,
      String name,
      ToDoubleFunction<NodeStatus> value) {
    Gauge.builder("kintsugi.node." + name, source, it -> value.applyAsDouble(it.status()))
        .register(registry);
  }

  private static void counter(
      MeterRegistry registry,
      StatusSource source,
      String name,
      ToDoubleFunction<NodeStatus> value) {
    FunctionCounter.builder("kintsugi.node." + name, source, it -> value.applyAsDouble(it.status()))
        .register(registry);
  }

  private static double count(NodeStatus status, SlotView.Role role) {
    return status.slots().stream().filter(slot -> slot.role() == role).count();
  }

  private static double sum(NodeStatus status, ToDoubleFunction<SlotView> value) {
    return status.slots().stream().mapToDouble(value).sum();
  }

  @Override
  public void onWritten(SlotId slot, Duration took) {
    readBack.record(took);
  }

  @Override
  public void onServing(SlotId slot, Duration took) {
    serving.record(took);
  }

  @Override
  public void onDifference(SlotId slot, Suspect suspect) {
    Optional.ofNullable(differences.get(slot.area()))
        .map(ofArea -> ofArea.get(suspect))
        .ifPresent(Counter::increment);
  }

  @Override
  public void onFenced() {
    fenced.increment();
  }
}
