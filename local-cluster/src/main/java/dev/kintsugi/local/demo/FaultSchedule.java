package dev.kintsugi.local.demo;

import java.time.Duration;

/**
 * When what breaks, from the beginning of a replay.
 *
 * @param kill SIGKILL of the node that owns most slots
 * @param restart its start
 * @param pause SIGSTOP of another node
 * @param pauseLength until it is resumed
 */
record FaultSchedule(Duration kill, Duration restart, Duration pause, Duration pauseLength) {

  /** The shortest replay into which all of it fits. */
  static final Duration SHORTEST = Duration.ofSeconds(20);

  private static final Duration PAUSE = Duration.ofSeconds(8);

  /** At 25 %, 40 % and 60 % of a replay's length; the pause is 8 s. */
  static FaultSchedule of(Duration length) {
    if (length.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "a replay with faults takes at least " + SHORTEST.toSeconds() + " s");
    }
    return new FaultSchedule(share(length, 25), share(length, 40), share(length, 60), PAUSE);
  }

  private static Duration share(Duration length, int percent) {
    return length.multipliedBy(percent).dividedBy(100);
  }
}
