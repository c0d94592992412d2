package dev.kintsugi.node.domain;

import dev.kintsugi.core.Incarnation;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The time for which this node may answer from memory, as its own heartbeats in the log prove it.
 * Not thread-safe.
 */
public final class Lease {
  /*
   * A heartbeat that came back with no fence of its incarnation before it proves two things: that no
   * later owner has answered before the heartbeat was sent (so reads that arrived before then may be
   * answered, however late it is now), and that none will within L from that moment, since whoever
   * fences waits for 1.01 L first (so reads may be answered until then). Counting from the sending,
   * not from the coming back, makes the log's own delay harmless.
   *
   * The ticker may stand still while the machine is suspended: then a lease that has ended would
   * seem to last. So less than L must have passed by the wall clock as well, and both must say about
   * the same; where the wall clock was set, a heartbeat sent since then proves the lease anew.
   */

  /** How far the wall clock and the ticker may drift apart while a lease lasts. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMillis(50);

  private record Sent(long nanos, Instant wall) {}

  private final Duration length;
  private final Duration interval;
  private final Map<Long, Sent> underWay = new HashMap<>();
  private Incarnation incarnation;
  private long sequence;
  private long lastBeatNanos;
  private long nextBeatNanos;
  private boolean proven;
  private long provenSentNanos;
  private Instant provenSentWall = Instant.EPOCH;
  private boolean fenced;

  /**
   * A lease that has proven nothing yet.
   *
   * @param length {@code L}
   * @param interval between heartbeats; a fraction of {@code L}
   */
  public Lease(Duration length, Duration interval, Incarnation incarnation, long nowNanos) {
    this.length = length;
    this.interval = interval;
    this.incarnation = incarnation;
    this.lastBeatNanos = nowNanos - interval.toNanos();
    this.nextBeatNanos = nowNanos;
  }

  /** The sequence number of the heartbeat to send now, if one is due. */
  public Optional<Long> beatIfDue(long nowNanos, Instant wall) {
    if (fenced || nowNanos - nextBeatNanos < 0) {
      return Optional.empty();
    }
    lastBeatNanos = nowNanos;
    nextBeatNanos = nowNanos + interval.toNanos();
    sequence++;
    underWay.put(sequence, new Sent(nowNanos, wall));
    underWay.values().removeIf(sent -> nowNanos - sent.nanos() > Duration.ofSeconds(30).toNanos());
    return Optional.of(sequence);
  }

  /**
   * Asks for a heartbeat soon: a read is waiting for one. Between two lies a quarter of the
   * interval at least. More would help nobody: on a node that lacks processor time each takes some
   * from those that are under way.
   */
  public void hurry(long nowNanos) {
    long earliest = lastBeatNanos + interval.toNanos() / 4;
    long wanted = earliest - nowNanos > 0 ? earliest : nowNanos;
    if (nextBeatNanos - wanted > 0) {
      nextBeatNanos = wanted;
    }
  }

  /** A heartbeat was read back. Returns whether it proved anything. */
  public boolean readBack(Incarnation of, long beat, long nowNanos, Instant wall) {
    Sent sent = of.equals(incarnation) ? underWay.remove(beat) : null;
    if (sent == null || fenced) {
      return false;
    }
    if (!clocksAgree(sent.nanos(), sent.wall(), nowNanos, wall)) {
      return false;
    }
    if (!proven || sent.nanos() - provenSentNanos > 0) {
      proven = true;
      provenSentNanos = sent.nanos();
      provenSentWall = sent.wall();
    }
    return true;
  }

  private static boolean clocksAgree(long sinceNanos, Instant since, long nowNanos, Instant wall) {
    Duration byWall = Duration.between(since, wall);
    Duration byTicker = Duration.ofNanos(nowNanos - sinceNanos);
    return byWall.minus(byTicker).abs().compareTo(CLOCK_TOLERANCE) <= 0;
  }

  /**
   * A fence of an incarnation was read, or the read position was lost. Returns whether it is ours.
   */
  public boolean fence(Incarnation of) {
    if (!of.equals(incarnation) || fenced) {
      return false;
    }
    fenced = true;
    proven = false;
    underWay.clear();
    return true;
  }

  /** Joins again after a fence. */
  public void rejoin(Incarnation next, long nowNanos) {
    incarnation = next;
    sequence = 0;
    underWay.clear();
    proven = false;
    fenced = false;
    nextBeatNanos = nowNanos;
  }

  /**
   * Whether a read that arrived then may be answered from memory now. One that arrived at the very
   * reading of the ticker at which the heartbeat was sent may have come after it, if the ticker
   * stood still.
   */
  public boolean covers(long arrivedNanos, long nowNanos, Instant wall) {
    return proven && !fenced && (lasts(nowNanos, wall) || provenSentNanos - arrivedNanos > 0);
  }

  private boolean lasts(long nowNanos, Instant wall) {
    return nowNanos - (provenSentNanos + length.toNanos()) < 0
        && Duration.between(provenSentWall, wall).compareTo(length) < 0
        && clocksAgree(provenSentNanos, provenSentWall, nowNanos, wall);
  }

  /**
   * Whether the lease lasts, or ended no longer ago than that and no fence of it was read since:
   * then whatever this node does not know yet is no older. The ticker may stand still while the
   * machine is suspended, the wall clock may be set: the longer of the two times counts.
   */
  public boolean endedWithin(Duration most, long nowNanos, Instant wall) {
    if (!proven || fenced) {
      return false;
    }
    Duration sinceProof = length.plus(most);
    return nowNanos - provenSentNanos <= sinceProof.toNanos()
        && Duration.between(provenSentWall, wall).compareTo(sinceProof) <= 0;
  }

  /** Whether a heartbeat of this incarnation has ever come back. */
  public boolean proven() {
    return proven;
  }

  public Incarnation incarnation() {
    return incarnation;
  }

  public Duration length() {
    return length;
  }

  public long nextBeatNanos() {
    return nextBeatNanos;
  }

  /** When the newest proof was sent; meaningful only if {@link #proven}. */
  public long provenSentNanos() {
    return provenSentNanos;
  }
}
