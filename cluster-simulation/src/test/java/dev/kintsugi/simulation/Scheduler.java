package dev.kintsugi.simulation;

import java.util.PriorityQueue;
import java.util.Random;

/**
 * The one virtual clock and the one source of randomness: everything that happens follows from the
 * seed. Events of the same moment run in the order in which they were scheduled. Not thread-safe.
 */
final class Scheduler {

  private static final long MILLISECOND = 1_000_000;

  /** Ten times what a run takes: whoever needs more goes round in circles. */
  private static final long MOST_STEPS = 300_000;

  private record Due(long atNanos, long order, Runnable what) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  final Random random;
  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private long nowNanos = 1_000_000_000L;
  private long order;
  private long steps;
  private long fingerprint = 1;
  private final long mostSteps;

  Scheduler(long seed) {
    this(seed, MOST_STEPS);
  }

  /** For a run that takes longer than usual. */
  Scheduler(long seed, long mostSteps) {
    this.random = new Random(seed);
    this.mostSteps = mostSteps;
  }

  /** True time, which no process knows. */
  long nowNanos() {
    return nowNanos;
  }

  long steps() {
    return steps;
  }

  /** A hash of all that has happened so far: two runs that differ anywhere differ here. */
  long fingerprint() {
    return fingerprint;
  }

  void mark(long what) {
    fingerprint = (fingerprint ^ what) * 0x9E3779B97F4A7C15L;
    fingerprint ^= fingerprint >>> 32;
  }

  void after(long nanos, Runnable what) {
    queue.add(new Due(nowNanos + Math.max(0, nanos), order++, what));
  }

  /** A random time, in nanoseconds, between two times in milliseconds. */
  long between(double fromMillis, double toMillis) {
    return (long) ((fromMillis + random.nextDouble() * (toMillis - fromMillis)) * MILLISECOND);
  }

  /** Whether something happens that happens once in {@code n} cases. */
  boolean onceIn(int n) {
    return random.nextInt(n) == 0;
  }

  /**
   * Runs until a moment.
   *
   * @param afterEach run after every event
   */
  void runUntil(long untilNanos, Runnable afterEach) {
    while (!queue.isEmpty() && queue.peek().atNanos() <= untilNanos) {
      Due due = queue.poll();
      nowNanos = Math.max(nowNanos, due.atNanos());
      if (++steps > mostSteps) {
        throw new Violation("liveness", "more than " + mostSteps + " steps: something never rests");
      }
      mark(nowNanos);
      due.what().run();
      afterEach.run();
    }
    nowNanos = Math.max(nowNanos, untilNanos);
  }
}
