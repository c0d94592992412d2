package dev.kintsugi.local.demo;

import dev.kintsugi.local.demo.measure.FaultSpan;
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
  static final Duration SHORTEST = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofSeconds(8);

  /**
   * The kill at 25 %, the restart at 40 %, a pause of 8 s at 75 % or as early as it takes for the
   * replay to cover its aftermath. In the middle of a window of a day lies the night, when a fault
   * would hurt nobody.
   */
  static FaultSchedule of(Duration length) {
    if (length.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "a replay with faults takes at least " + SHORTEST.toSeconds() + " s");
    }
    Duration late = share(length, 75);
    Duration latest = length.minus(PAUSE).minus(FaultSpan.AFTERMATH);
    return new FaultSchedule(
        share(length, 25), share(length, 40), late.compareTo(latest) < 0 ? late : latest, PAUSE);
  }

  private static Duration share(Duration length, int percent) {
    return length.multipliedBy(percent).dividedBy(100);
  }
}
