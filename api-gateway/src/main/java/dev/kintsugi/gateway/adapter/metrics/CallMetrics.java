package dev.kintsugi.gateway.adapter.metrics;

import dev.kintsugi.client.NodeTrouble;
import dev.kintsugi.client.ShardCallListener;
import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.client.domain.Trouble;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts what calls to owners go through. Thread-safe. */
public final class CallMetrics implements ShardCallListener {

  private final Map<Trouble, Counter> parked;
  private final Map<Trouble, Counter> abandoned;
  private final Map<Trouble, Counter> failures;
  private final Map<NodeTrouble.Kind, Counter> troubles = new EnumMap<>(NodeTrouble.Kind.class);
  private final Counter replayed;
  private final Timer parkTime;

  public CallMetrics(MeterRegistry registry) {
    parked = byReason(registry, "kintsugi.gateway.parked");
    abandoned = byReason(registry, "kintsugi.gateway.abandoned");
    failures = byReason(registry, "kintsugi.gateway.failures");
    for (NodeTrouble.Kind kind : NodeTrouble.Kind.values()) {
      String name = kind.name().toLowerCase(Locale.ROOT);
      troubles.put(kind, registry.counter("kintsugi.gateway.node.troubles", "kind", name));
    }
    replayed = registry.counter("kintsugi.gateway.replayed");
    parkTime = registry.timer("kintsugi.gateway.park.time");
  }

  private static Map<Trouble, Counter> byReason(MeterRegistry registry, String name) {
    Map<Trouble, Counter> counters = new EnumMap<>(Trouble.class);
    for (Trouble trouble : Trouble.values()) {
      String reason = trouble.name().toLowerCase(Locale.ROOT);
      counters.put(trouble, registry.counter(name, "reason", reason));
    }
    return counters;
  }

  private static <K> void count(Map<K, Counter> counters, K key) {
    Counter counter = counters.get(key);
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public void parked(SlotId slot, Trouble trouble) {
    count(parked, trouble);
  }

  @Override
  public void abandoned(SlotId slot, Trouble trouble) {
    count(abandoned, trouble);
  }

  @Override
  public void nodeFailed(NodeTrouble trouble) {
    count(troubles, trouble.kind());
  }

  @Override
  public void replayed(SlotId slot, NodeId node) {
    replayed.increment();
  }

  @Override
  public void answered(SlotId slot, ShardResponse response) {
    recordPark(response);
  }

  @Override
  public void gaveUp(SlotId slot, Trouble trouble, ShardResponse response) {
    count(failures, trouble);
    recordPark(response);
  }

  private void recordPark(ShardResponse response) {
    if (response.parked().isPositive()) {
      parkTime.record(response.parked());
    }
  }
}
