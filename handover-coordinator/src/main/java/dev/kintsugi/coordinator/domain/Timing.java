package dev.kintsugi.coordinator.domain;

import java.time.Duration;

/**
 * The coordinator's deadlines; what each costs when it is too low or too high stands at the
 * properties they come from.
 */
public record Timing(
    Duration suspectAfter,
    Duration deadAfter,
    Duration deadAfterMost,
    double phi,
    Duration muteAfter,
    Duration cutOffAfter,
    Duration unprovenAfter,
    Duration settle,
    Duration grace,
    Duration forgetAfter,
    Duration stallTolerance,
    Duration leaderTimeout,
    Duration beatEvery,
    Duration initialWait,
    Duration moveTimeout) {

  public static final Timing DEFAULT =
      new Timing(
          Duration.ofMillis(300),
          Duration.ofMillis(900),
          Duration.ofMillis(1_500),
          8,
          Duration.ofSeconds(5),
          Duration.ofSeconds(3),
          Duration.ofSeconds(12),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofMinutes(10),
          Duration.ofMillis(200),
          Duration.ofSeconds(1),
          Duration.ofMillis(200),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5));

  public Timing {
    requireLess("suspect-after", suspectAfter, "dead-after", deadAfter);
    requireLess("dead-after", deadAfter, "dead-after-most", deadAfterMost);
    requireLess("dead-after-most", deadAfterMost, "mute-after", muteAfter);
    requireLess("dead-after", deadAfter, "cut-off-after", cutOffAfter);
    if (unprovenAfter.compareTo(cutOffAfter) < 0) {
      throw new IllegalArgumentException(
          "unproven-after (%s) must not be shorter than cut-off-after (%s)"
              .formatted(unprovenAfter, cutOffAfter));
    }
    if (!(phi >= 1 && phi <= 16)) {
      throw new IllegalArgumentException("phi must be 1 to 16, got " + phi);
    }
    requireLess("beat-every", beatEvery, "leader-timeout", leaderTimeout);
    if (suspectAfter.isZero() || suspectAfter.isNegative() || beatEvery.isNegative()) {
      throw new IllegalArgumentException("suspect-after and beat-every must be longer than zero");
    }
    if (settle.isNegative()
        || grace.isNegative()
        || initialWait.isNegative()
        || stallTolerance.isNegative()) {
      throw new IllegalArgumentException(
          "settle, grace, initial-wait and stall-tolerance must not be negative");
    }
    requireLess("grace", grace, "forget-after", forgetAfter);
  }

  private static void requireLess(String small, Duration less, String large, Duration more) {
    if (less.compareTo(more) >= 0) {
      throw new IllegalArgumentException(
          small + " (" + less + ") must be shorter than " + large + " (" + more + ")");
    }
  }
}
