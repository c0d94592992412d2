package dev.kintsugi.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * One idempotent producer of one process: keeps the order of its appends to a partition, loses
 * acknowledgements, and may have a straggler arrive long after it was closed. Not thread-safe.
 */
final class Producer {

  /** Performs the append; called when the record arrives. */
  @FunctionalInterface
  interface Arrival {
    void arrive();
  }

  private final Scheduler scheduler;
  private final Chaos chaos;
  private final Map<String, Long> lastArrivals = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private long crashedAtNanos = Long.MAX_VALUE;

  Producer(Scheduler scheduler, Chaos chaos) {
    this.scheduler = scheduler;
    this.chaos = chaos;
  }

  /**
   * Sends a record.
   *
   * @param awayUntilNanos until when the partition has no leader
   * @param failed told if the append failed or its fate is unknown
   */
  void send(String partition, long awayUntilNanos, Arrival arrival, Runnable failed) {
    long nowNanos = scheduler.nowNanos();
    long latency = scheduler.between(0.2, 2);
    long at = Math.max(nowNanos + latency, lastArrivals.getOrDefault(partition, 0L) + 1_000);
    boolean away = awayUntilNanos > nowNanos;
    if (away) {
      at = Math.max(at, awayUntilNanos + scheduler.between(0.1, 5));
    }
    if (broken.contains(partition)) {
      scheduler.after(scheduler.between(5, 60), failed);
      return;
    }
    Chaos.Fate fate = chaos.fateOfAppend(partition, away);
    switch (fate) {
      case ARRIVES -> {}
      case UNACKNOWLEDGED -> scheduler.after(scheduler.between(5, 60), failed);
      case LATE -> {
        scheduler.after(scheduler.between(5, 60), failed);
        at = Math.max(at, nowNanos + scheduler.between(5, 700));
        if (scheduler.random.nextBoolean()) {
          broken.add(partition);
        }
      }
      case LOST -> {
        scheduler.after(scheduler.between(5, 60), failed);
        broken.add(partition);
        return;
      }
    }
    lastArrivals.put(partition, at);
    long sent = at;
    BooleanSupplier survives = () -> sent <= crashedAtNanos;
    scheduler.after(
        at - nowNanos,
        () -> {
          if (survives.getAsBoolean()) {
            arrival.arrive();
          }
        });
  }

  /** The process is gone: what it sent just before may still arrive, what comes after does not. */
  void crash() {
    crashedAtNanos = scheduler.nowNanos() + scheduler.between(0, 3);
  }
}
