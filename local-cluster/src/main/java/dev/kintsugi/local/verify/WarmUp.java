package dev.kintsugi.local.verify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Decides how fast the rounds before the first run ask, and how many there are, so that what is
 * measured are processes that have run for a while and not how fast they become fast. Rounds begin
 * slowly, because a queue that a cold suite has built up takes a warm one to work off, and go on at
 * the full rate until they bring nothing more. Where the rate is sought, they begin more slowly
 * still, and what the machine did not get to is not asked of it afterwards. Pure; not thread-safe.
 */
final class WarmUp {

  private static final double SLOWEST = 100;
  private static final double SLOWEST_SOUGHT = 40;

  /**
   * Of what is carried calmly while nothing is broken: what is left of a suite must carry the load
   * besides a process that starts, which takes a core or what it gets of one.
   */
  private static final double SHARE_UNDER_FAULTS = 0.5;

  private static final double FIRST_SHARE = 0.25;
  private static final double FASTER = 1.5;

  /** A round with a 99th percentile above this was too much. */
  private static final double CALM_MILLIS = 100;

  /** And above this far too much. */
  private static final double SWAMPED_MILLIS = 1_000;

  private static final int TRIED_ENOUGH = 3;
  private static final int TRIED_AGAIN_AFTER = 4;
  private static final int ROUNDS_COMPARED = 3;
  private static final double BETTER = 0.95;

  private final double target;
  private final boolean seeks;
  private final double slowest;
  private final Duration most;
  private final List<Double> medians = new ArrayList<>();
  private final Map<Long, Rounds> roundsAt = new TreeMap<>();
  private double rate;
  private int round;
  private boolean over;

  /** At one rate. */
  private static final class Rounds {
    private int calm;
    private int all;
    private int latest;

    private boolean mostlyCalm() {
      return 2 * calm >= all;
    }
  }

  /**
   * Warms up.
   *
   * @param target requests a second in the end
   * @param seeks whether the runs may be slower if the machine does not get there
   * @param most for how long; zero: not at all
   */
  WarmUp(double target, boolean seeks, Duration most) {
    this.target = target;
    this.seeks = seeks;
    this.most = most;
    this.slowest = Math.min(target, seeks ? SLOWEST_SOUGHT : SLOWEST);
    this.rate = seeks ? slowest : Math.max(slowest, target * FIRST_SHARE);
    this.over = most.isZero();
  }

  /**
   * Of the runs, in requests a second, at least 1: the target, unless the rate is sought and the
   * machine did not get there; then half of what it carried calmly.
   */
  int rateOfRuns() {
    double carried = carried();
    if (!seeks || carried >= Math.rint(target)) {
      return (int) target;
    }
    double known = carried > 0 ? carried : slowest;
    return (int) Math.max(1, known * SHARE_UNDER_FAULTS);
  }

  /**
   * Whether this has been tried often enough for now: more of the same would only leave queues
   * behind for the rounds that could tell what is carried.
   */
  private boolean isTooFast(double tried) {
    Rounds rounds = roundsAt.get(Math.round(tried));
    return rounds != null
        && rounds.all >= TRIED_ENOUGH
        && !rounds.mostlyCalm()
        && !isOutdated(rounds);
  }

  /** What was too much for a cold suite may not be for a warm one. */
  private boolean isOutdated(Rounds rounds) {
    return round - rounds.latest >= TRIED_AGAIN_AFTER;
  }

  /** Of the next round, in requests a second. */
  double rate() {
    return rate;
  }

  /**
   * The highest rate, in whole requests a second, at which no more rounds were above the calm than
   * were calm: one lucky round among many says nothing about the next run. 0: there is none.
   */
  double carried() {
    return roundsAt.entrySet().stream()
        .filter(at -> at.getValue().mostlyCalm())
        .mapToDouble(Map.Entry::getKey)
        .max()
        .orElse(0);
  }

  boolean isOver() {
    return over;
  }

  /** Whether the last rounds were at the full rate and none was better than those before. */
  boolean isWarm() {
    int rounds = medians.size();
    return rounds > ROUNDS_COMPARED
        && best(rounds - ROUNDS_COMPARED, rounds) > best(0, rounds - ROUNDS_COMPARED) * BETTER;
  }

  private double best(int from, int to) {
    return medians.subList(from, to).stream().mapToDouble(d -> d).min().orElseThrow();
  }

  /**
   * A round is over.
   *
   * @param elapsed since the beginning of the first
   * @param medianMillis of its latencies from the intended start, as the next
   */
  void after(Duration elapsed, double medianMillis, double p99Millis) {
    round++;
    Rounds rounds =
        roundsAt.compute(
            Math.round(rate),
            (_, known) -> known == null || isOutdated(known) ? new Rounds() : known);
    rounds.latest = round;
    rounds.all++;
    if (p99Millis <= CALM_MILLIS) {
      rounds.calm++;
    }
    if (p99Millis > SWAMPED_MILLIS || (seeks && isTooFast(rate))) {
      rate = Math.max(slowest, rate / FASTER);
    } else if (rate < target) {
      double next = Math.min(target, rate * FASTER);
      if (p99Millis <= CALM_MILLIS && !(seeks && isTooFast(next))) {
        rate = next;
      }
    } else {
      medians.add(medianMillis);
    }
    over = isWarm() || elapsed.compareTo(most) >= 0;
  }
}
