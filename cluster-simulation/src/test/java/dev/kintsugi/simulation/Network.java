package dev.kintsugi.simulation;

import java.util.HashMap;
import java.util.Map;

/**
 * Messages between processes: dropped, delayed, repeated, overtaken, and cut off altogether between
 * two sides of a partition. Not thread-safe.
 */
final class Network {

  private record Link(String one, String other) {
    static Link of(String a, String b) {
      return a.compareTo(b) <= 0 ? new Link(a, b) : new Link(b, a);
    }
  }

  private final Scheduler scheduler;
  private final Chaos chaos;
  private final Map<Link, Long> cutUntilNanos = new HashMap<>();
  private final Map<Link, Long> refusedUntilNanos = new HashMap<>();
  private long lastCutEndsNanos;

  Network(Scheduler scheduler, Chaos chaos) {
    this.scheduler = scheduler;
    this.chaos = chaos;
  }

  void cut(String a, String b, long nanos) {
    long untilNanos = scheduler.nowNanos() + nanos;
    cutUntilNanos.merge(Link.of(a, b), untilNanos, Math::max);
    lastCutEndsNanos = Math.max(lastCutEndsNanos, untilNanos);
  }

  /** As a firewall does: attempts to connect are refused, and what stands is closed. */
  void refuse(String a, String b, long nanos) {
    refusedUntilNanos.merge(Link.of(a, b), scheduler.nowNanos() + nanos, Math::max);
  }

  boolean refuses(String a, String b) {
    return !refusedUntilNanos.isEmpty()
        && refusedUntilNanos.getOrDefault(Link.of(a, b), 0L) > scheduler.nowNanos();
  }

  boolean connects(String a, String b) {
    long nowNanos = scheduler.nowNanos();
    return lastCutEndsNanos <= nowNanos
        || cutUntilNanos.getOrDefault(Link.of(a, b), 0L) <= nowNanos;
  }

  /** Sends something over a connection: it arrives once, late, or not at all. */
  void sendOnce(String from, String to, Runnable atReceiver) {
    if (connects(from, to) && !chaos.dropsMessage()) {
      scheduler.after(chaos.messageNanos(), atReceiver);
    }
  }

  /** Sends something that happens at the receiver when, and if, it arrives. */
  void send(String from, String to, Runnable atReceiver) {
    if (!connects(from, to) || chaos.dropsMessage()) {
      return;
    }
    scheduler.after(chaos.messageNanos(), atReceiver);
    if (chaos.repeatsMessage()) {
      scheduler.after(chaos.messageNanos() + scheduler.between(1, 50), atReceiver);
    }
  }
}
