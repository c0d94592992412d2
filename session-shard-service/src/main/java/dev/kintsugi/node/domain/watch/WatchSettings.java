package dev.kintsugi.node.domain.watch;

import dev.kintsugi.core.detection.PhiAccrual;
import java.time.Duration;

/**
 * How a node watches others.
 *
 * @param peers how many nodes after this one, in the order of ids, it watches. 0: none. Too few:
 *     when a node dies together with its watchers only the coordinator notices; too many: each line
 *     costs a pulse per interval
 * @param tick how often silences are looked at
 * @param tolerance lateness of a tick that says nothing of this node's own health
 * @param suspicion φ from which a silence is spoken of. It only makes the coordinator knock: too
 *     low costs knocks, too high costs time
 * @param giveUp silence after which a line is opened anew: its connection may be dead
 */
public record WatchSettings(
    int peers,
    Duration tick,
    Duration tolerance,
    double suspicion,
    PhiAccrual.Settings accrual,
    Duration giveUp) {

  /** For pulses that come at such an interval. */
  public static WatchSettings of(int peers, Duration pulse) {
    return new WatchSettings(
        peers,
        pulse.dividedBy(2),
        pulse,
        3,
        new PhiAccrual.Settings(pulse, pulse.dividedBy(5), pulse, 100),
        pulse.multipliedBy(30));
  }

  public WatchSettings {
    if (peers < 0 || !tick.isPositive() || !giveUp.isPositive()) {
      throw new IllegalArgumentException(
          "peers must not be negative, tick and giveUp must be positive, got "
              + peers
              + ", "
              + tick
              + ", "
              + giveUp);
    }
  }
}
