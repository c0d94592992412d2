package dev.kintsugi.client.domain;

import java.time.Duration;

/**
 * The bounds of one pursuit.
 *
 * @param attempt how long one attempt may be silent. Too short: slow writes are sent twice; too
 *     long: a silent owner is noticed only by a newer map
 * @param park how long, over the whole request, no attempt may be under way. Too short: a request
 *     that meets a takeover is refused; too long: where no owner comes, callers wait for nothing
 * @param deadline how long the whole request may take. Too short (below attempt and park together):
 *     one that was parked has no time left for its answer; too long: its caller is no longer there
 * @param firstPause before the second attempt at the same owner. Too short: a node that has just
 *     refused or broken off is asked again before anything can have changed; too long: a broken
 *     connection is felt although its node is well
 * @param longestPause the pauses double up to this. Too short: a node in trouble is hammered; too
 *     long: the request is late although its owner is back
 * @param notOwnerPause before asking again a node that said it is not the owner, where no newer map
 *     arrives; that much longer with each 421, eight times as long at most. Too short: a node whose
 *     map is late is asked by a crowd in vain; too long: the crowd waits although it has read it
 * @param standby how long an attempt at a standby may be silent: it answers from memory or not at
 *     all. Too short: a busy standby is asked in vain; too long: a standby that is dead as well
 *     keeps the request from its next owner
 */
public record Limits(
    Duration attempt,
    Duration park,
    Duration deadline,
    Duration firstPause,
    Duration longestPause,
    Duration notOwnerPause,
    Duration standby) {

  private static final Duration LONGEST = Duration.ofHours(1);

  public Limits {
    check("the attempt timeout", attempt);
    check("the park limit", park);
    check("the deadline", deadline);
    check("the first pause", firstPause);
    check("the longest pause", longestPause);
    check("the pause after 421", notOwnerPause);
    check("the timeout of a standby", standby);
    if (firstPause.compareTo(longestPause) > 0) {
      throw new IllegalArgumentException(
          "the first pause " + firstPause + " must not exceed the longest " + longestPause);
    }
  }

  private static void check(String what, Duration value) {
    if (!value.isPositive() || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + " must be positive and at most " + LONGEST + ", got " + value);
    }
  }

  /**
   * With the usual pauses: 20 ms doubling to 100 ms, and 50 ms after 421; half a second for a
   * standby.
   */
  public static Limits of(Duration attempt, Duration park, Duration deadline) {
    return new Limits(
        attempt,
        park,
        deadline,
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofMillis(50),
        Duration.ofMillis(500));
  }

  /**
   * The pause before attempt {@code attempt + 1} at an owner that has failed {@code attempt} times
   * in a row: doubling, and spread over its upper half so that callers do not return in step.
   *
   * @param random 0 inclusive to 1 exclusive
   */
  long pauseNanos(int attempt, double random) {
    long doubled = firstPause.toNanos() << Math.min(attempt - 1, 20);
    long bounded = Math.min(doubled, longestPause.toNanos());
    return bounded / 2 + (long) (random * (bounded / 2.0));
  }

  /** The pause after the {@code times}th 421 in a row, from 1 on: longer by the same each time. */
  long notOwnerPauseNanos(int times) {
    return notOwnerPause.toNanos() * Math.min(times, Trail.MOST_FOLLOWS);
  }
}
