package dev.kintsugi.node.domain;

import dev.kintsugi.core.Incarnation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The fences that this node has read, whoever wrote them, and those it has asked for; and the
 * heartbeats that it has read, so that it knows when the last one before a fence can have been sent
 * at the latest. Not thread-safe.
 *
 * <p>A heartbeat that stands before a fence was sent before it was read; so a lease that it proves
 * has ended {@code L} after that reading. Where all heartbeats before the fence have been read as
 * they came, that counts from the last of them: a node that died a while before it is fenced is
 * waited for that much less. Where one may have been missed it counts from the fence's reading. No
 * clock but this node's ticker is believed.
 */
public final class Fences {

  private static final long RETRY_NANOS = 200_000_000;

  /** A heartbeat so old says no more than the fence. */
  private static final long OLD_NANOS = Duration.ofMinutes(1).toNanos();

  private static final int MANY = 1_000;

  private final Map<Incarnation, Long> beatNanos = new HashMap<>();
  private final Map<Incarnation, Long> provenNanos = new HashMap<>();
  private final Map<Incarnation, Long> askedNanos = new HashMap<>();
  private boolean watching = true;

  /** A heartbeat was read; one that stands after the fence proves nothing. */
  public void beat(Incarnation of, long nowNanos) {
    if (watching && !provenNanos.containsKey(of)) {
      if (beatNanos.size() >= MANY) {
        beatNanos.values().removeIf(at -> nowNanos - at > OLD_NANOS);
      }
      beatNanos.put(of, nowNanos);
    }
  }

  /** Heartbeats of others may have been missed. */
  public void missedBeats() {
    beatNanos.clear();
  }

  /** From now on only this node's own heartbeats are read. */
  public void watchNoMore() {
    watching = false;
    beatNanos.clear();
  }

  /** Whether the heartbeats of all nodes are read. */
  public boolean watching() {
    return watching;
  }

  /** A fence was read back; the first reading counts. */
  public void read(Incarnation of, long nowNanos) {
    Long last = beatNanos.remove(of);
    provenNanos.putIfAbsent(of, last == null ? nowNanos : last);
    askedNanos.remove(of);
  }

  /**
   * When the last heartbeat before the incarnation's fence can have been sent at the latest; empty
   * before the fence was read.
   */
  public OptionalLong provenAtMostNanos(Incarnation of) {
    return Optional.ofNullable(provenNanos.get(of))
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  /** Whether to append a fence now: none was read, and none was asked for lately. */
  public boolean ask(Incarnation of, long nowNanos) {
    if (provenNanos.containsKey(of)) {
      return false;
    }
    Long asked = askedNanos.get(of);
    if (asked != null && nowNanos - asked < RETRY_NANOS) {
      return false;
    }
    askedNanos.put(of, nowNanos);
    return true;
  }
}
