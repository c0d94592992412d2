package dev.kintsugi.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A fault that is planned before a run begins, so that a failing run can be repeated with fewer.
 *
 * @param atNanos after the run's beginning
 * @param nanos how long it lasts
 * @param one chooses whom it strikes
 * @param other chooses whom else, or how
 */
record Fault(Kind kind, long atNanos, long nanos, int one, int other) {

  /** What happens. */
  enum Kind {
    /** A node dies and is started again later. */
    CRASH_NODE(4),
    /** A node stands still, perhaps longer than its lease; its ticker with it, now and then. */
    PAUSE_NODE(4),
    /** A node stands still for so long that logs are compacted beyond where it was. */
    LONG_PAUSE(1),
    /** A node reads no slot log for so long that they are compacted beyond where it was. */
    LONG_STALL(3),
    /** A node reads nothing while requests still reach it. */
    STALL_READER(4),
    /** All logs are out of one node's reach for seconds, while requests still reach it. */
    NO_LOGS(4),
    /** A node leaves as on SIGTERM, and is started again. */
    LEAVE(1),
    /** Two processes do not reach each other. */
    CUT(3),
    /** A partition of a slot log has no leader. */
    SLOT_LOG_AWAY(2),
    /** All logs are out of reach. */
    KAFKA_AWAY(1),
    /** A coordinator dies and is started again. */
    CRASH_COORDINATOR(1),
    /** A coordinator stands still. */
    PAUSE_COORDINATOR(1),
    /** The map gives a slot to anybody, for no good reason. */
    WRONG_VERDICT(6),
    /** The map moves a slot to anybody, as planned, whatever its leader is about to write. */
    MOVE(6),
    /**
     * A slot is given away twice in a row, while its owner reads no slot log and goes on renewing
     * its lease.
     */
    GIVEN_AWAY_TWICE(4),
    /**
     * Heartbeats take long to reach the log and then long to be read, while a slot of the node is
     * given away.
     */
    SLOW_HEARTBEATS(4),
    /** An owner dies as soon as a session is half-ended. */
    CRASH_WHILE_ENDING(3),
    /** A slot is moved away as planned, given back while its release is under way, and taken. */
    GIVEN_BACK(3),
    /** A wall clock is set. */
    CLOCK_SET(1),
    /** The leader moves a slot to anybody, as planned, between two tables of its own. */
    ORDERLY_MOVE(0);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }

  private static final double MILLISECOND = 1e6;

  /** As many faults as fit, of all kinds, in the order of time. */
  static List<Fault> plan(long seed, long untilNanos) {
    Random random = new Random(seed * 0x5DEECE66DL + 11);
    List<Fault> faults = new ArrayList<>();
    long atNanos = (long) (1_200 * MILLISECOND);
    while (atNanos < untilNanos) {
      Kind kind = kind(random);
      faults.add(
          new Fault(
              kind,
              atNanos,
              Math.min(
                  (long) (duration(kind, random) * MILLISECOND), Simulation.CALM_FROM - atNanos),
              random.nextInt(1 << 20),
              random.nextInt(1 << 20)));
      atNanos += (long) ((30 + random.nextDouble() * 600) * MILLISECOND);
    }
    faults.sort(Comparator.comparingLong(Fault::atNanos));
    return faults;
  }

  /** Planned moves and nothing else. */
  static List<Fault> moves(long seed, long untilNanos) {
    Random random = new Random(seed * 0x5DEECE66DL + 13);
    List<Fault> moves = new ArrayList<>();
    for (long atNanos = (long) (1_500 * MILLISECOND);
        atNanos < untilNanos;
        atNanos += (long) ((50 + random.nextDouble() * 450) * MILLISECOND)) {
      moves.add(
          new Fault(
              Kind.ORDERLY_MOVE, atNanos, 0, random.nextInt(1 << 20), random.nextInt(1 << 20)));
    }
    return moves;
  }

  private static Kind kind(Random random) {
    int weights = 0;
    for (Kind kind : Kind.values()) {
      weights += kind.weight;
    }
    int drawn = random.nextInt(weights);
    for (Kind kind : Kind.values()) {
      drawn -= kind.weight;
      if (drawn < 0) {
        return kind;
      }
    }
    throw new AssertionError("the weights do not add up");
  }

  private static double duration(Kind kind, Random random) {
    double share = random.nextDouble();
    return switch (kind) {
      case CRASH_NODE, CRASH_COORDINATOR, CRASH_WHILE_ENDING, LEAVE -> 50 + share * 2_000;
      case PAUSE_NODE, PAUSE_COORDINATOR -> 20 + share * share * 2_500;
      case LONG_PAUSE, LONG_STALL -> 4_000 + share * 2_500;
      case STALL_READER -> 20 + share * 700;
      case NO_LOGS -> 1_800 + share * 3_000;
      case CUT -> 50 + share * 2_000;
      case GIVEN_BACK -> 20 + share * 250;
      case GIVEN_AWAY_TWICE -> 4 + share * share * 250;
      case SLOW_HEARTBEATS -> 60 + share * 250;
      case SLOT_LOG_AWAY -> 20 + share * 500;
      case KAFKA_AWAY -> 20 + share * 300;
      case WRONG_VERDICT, MOVE, ORDERLY_MOVE, CLOCK_SET -> 0;
    };
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.3f s %s %d ms (%d, %d)",
        atNanos / 1e9,
        kind,
        nanos / 1_000_000,
        one,
        other);
  }
}
