package dev.kintsugi.node.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * What a node's wall clock may be taken for: it may be set while the node runs, forward or back,
 * and the ticker may stand still while the machine does. Not thread-safe. Constant time.
 */
final class WallClock {
  /*
   * From one look to the next both clocks run on by the same time, or one of them is wrong, and
   * nobody can tell which. Then the wall clock as it was, carried on by the ticker, is a second
   * opinion. What takes something away for being old (an end mark, the id of a request, a session)
   * goes by the earlier of the two, what stamps a record by which others do so, by the later one: so
   * neither a step forward nor one back loses anything before its time.
   *
   * A step that has stood for as long as anything here is kept for is believed.
   */

  /** Clocks that are kept right are moved by less, or slowed and hurried. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  /** How long a step has to stand. */
  static final Duration DOUBTED = Lifetimes.END_MARK;

  /** The time is somewhere in between, both ends included. */
  record Span(Instant earliest, Instant latest) {

    /** A moment of which there is no doubt. */
    static Span at(Instant moment) {
      return new Span(moment, moment);
    }
  }

  private boolean begun;
  private long anchorNanos;
  private Instant anchor = Instant.EPOCH;
  private boolean stepped;
  private long steppedNanos;

  /** What time it may be. To be asked often, so that a step is told from what runs on. */
  Span look(long nowNanos, Instant wall) {
    Instant carriedOn = anchor.plusNanos(nowNanos - anchorNanos);
    if (!begun || Duration.between(carriedOn, wall).abs().compareTo(TOLERANCE) <= 0) {
      return believe(nowNanos, wall);
    }
    if (!stepped) {
      stepped = true;
      steppedNanos = nowNanos;
    }
    if (nowNanos - steppedNanos >= DOUBTED.toNanos()) {
      return believe(nowNanos, wall);
    }
    return wall.isAfter(carriedOn) ? new Span(carriedOn, wall) : new Span(wall, carriedOn);
  }

  private Span believe(long nowNanos, Instant wall) {
    begun = true;
    anchorNanos = nowNanos;
    anchor = wall;
    stepped = false;
    return Span.at(wall);
  }
}
