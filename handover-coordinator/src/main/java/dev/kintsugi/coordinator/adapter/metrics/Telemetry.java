package dev.kintsugi.coordinator.adapter.metrics;

import dev.kintsugi.coordinator.domain.Handover;
import dev.kintsugi.coordinator.domain.Health;
import dev.kintsugi.coordinator.domain.Life;
import dev.kintsugi.coordinator.domain.Notice;
import dev.kintsugi.coordinator.domain.Verdict;
import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.coordinator.runtime.NoticeListener;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Leader;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Meters and log lines. Thread-safe. */
public final class Telemetry implements NoticeListener {

  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
  private static final String PREFIX = "kintsugi.coordinator.";

  private final MeterRegistry meters;

  public Telemetry(MeterRegistry meters) {
    this.meters = meters;
  }

  /** Shows the loop's numbers from now on. */
  public void observe(CoordinatorLoop loop) {
    gauge(loop, "leading", h -> h.leading() ? 1 : 0);
    gauge(loop, "slots", Health::slots);
    gauge(loop, "slots.without.owner", Health::withoutOwner);
    gauge(loop, "slots.thin", Health::thin);
    gauge(loop, "slots.moving", Health::moving);
    gauge(loop, "table.too.large", h -> h.tableTooLarge() ? 1 : 0);
    gauge(loop, "map.offset", h -> h.version().offset());
    gauge(loop, "map.epoch", h -> h.version().epoch().grant());
    nodes(loop, "up", Health::nodesUp);
    nodes(loop, "suspect", Health::nodesSuspect);
    nodes(loop, "dead", Health::nodesDead);
    nodes(loop, "draining", Health::nodesDraining);
    Gauge.builder(PREFIX + "loop.failures", loop, CoordinatorLoop::failures).register(meters);
  }

  private void gauge(CoordinatorLoop loop, String name, ToDoubleFunction<Health> value) {
    Gauge.builder(PREFIX + name, loop, l -> value.applyAsDouble(l.health())).register(meters);
  }

  private void nodes(CoordinatorLoop loop, String state, ToDoubleFunction<Health> value) {
    Gauge.builder(PREFIX + "nodes", loop, l -> value.applyAsDouble(l.health()))
        .tag("state", state)
        .register(meters);
  }

  @Override
  public void on(Notice notice) {
    switch (notice) {
      case Notice.MapChanged(ShardMap map) -> LOG.debug("shard map {} is in force", map.version());
      case Notice.Judged(Verdict verdict) -> judged(verdict);
      case Notice.HandedOver(Handover handover) -> handedOver(handover);
      case Notice.Served(Handover handover) -> served(handover);
      case Notice.LeaderChanged(Leader leader, boolean self) ->
          LOG.info(
              "{} leads in epoch {}{}",
              leader.coordinator(),
              leader.epoch(),
              self ? ": this coordinator" : "");
      case Notice.LeadLost _ -> LOG.warn("this coordinator does not lead any more");
      case Notice.VoidRecord _ -> count("records.void");
      case Notice.MalformedRecord(long offset) -> {
        count("records.malformed");
        LOG.warn("a record of the shard map makes no sense and was skipped: offset {}", offset);
      }
      case Notice.MapLost(MapVersion known, MapVersion inLog) -> {
        count("maps.lost");
        LOG.warn(
            "somebody goes by shard map {}, but the log holds none after {}: it has lost its end or"
                + " is an old copy; claiming an epoch above it",
            known,
            inLog);
      }
      case Notice.TableTooLarge(ShardMap table) -> {
        count("tables.too.large");
        LOG.error(
            "the next shard map, with {} nodes and {} slots, is larger than Kafka takes; the one"
                + " in force stays, whatever happens to nodes: see docs/scale.md",
            table.nodes().size(),
            table.areas().stream().mapToInt(area -> table.slots(area).size()).sum());
      }
    }
  }

  private void judged(Verdict verdict) {
    meters
        .counter(
            PREFIX + "verdicts", "life", lower(verdict.life()), "reason", lower(verdict.reason()))
        .increment();
    if (verdict.life() == Life.SUSPECT) {
      LOG.debug("{} is silent", verdict.node());
    } else {
      LOG.info("{} is {}: {}", verdict.node(), verdict.life(), lower(verdict.reason()));
    }
  }

  private void handedOver(Handover handover) {
    meters.counter(PREFIX + "handovers", "kind", lower(handover.kind())).increment();
    LOG.debug("{} goes to {}: {}", handover.slot(), handover.to(), handover.reason());
  }

  private void served(Handover handover) {
    handover
        .serving()
        .ifPresent(at ->
            meters
                .timer(PREFIX + "handover.gap", "kind", lower(handover.kind()))
                .record(
                    Duration.between(handover.lastHeartbeat().orElse(handover.published()), at)));
  }

  private void count(String name) {
    meters.counter(PREFIX + name).increment();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
