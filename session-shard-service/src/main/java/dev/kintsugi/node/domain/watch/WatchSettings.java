package dev.kintsugi.node.domain.watch;

import dev.kintsugi.core.detection.PhiAccrual;
import java.time.Duration;

/**
 * How a node watches others.
 *
 * @param peers how many nodes after this one, in the order of ids, it watches. 0: none. Too few:
 *     when a node dies together with its watchers only the coordinator notices; too many: each line
 *     costs a pulse per interval
 * @param tick how often silences are looked at. Too low: the node is woken for nothing; too high: a
 *     silence is spoken of that much later
 * @param tolerance lateness of a tick that says nothing of this node's own health. Too low: every
 *     collection of garbage makes the node doubt itself, and it speaks up to nine times later of
 *     others; too high: a node that was stopped or starved takes its own deafness for their silence
 * @param suspicion φ from which a silence is spoken of. It only makes the coordinator knock: too
 *     low costs knocks, too high costs time
 * @param giveUp silence after which a line is opened anew: its connection may be dead. Too low: a
 *     peer that stands still is called again and again by all that watch it; too high: one that is
 *     well, whose connection was lost without a word (a firewall, a router that was restarted), is
 *     said to be silent for that long, and coordinators knock at it
 */
public record WatchSettings(
    int peers,
    Duration tick,
    Duration tolerance,
    double suspicion,
    PhiAccrual.Settings accrual,
    Duration giveUp) {

  /**
   * For pulses that come at such an interval: a look at every half, a tolerance of one, and a line
   * given up after thirty.
   */
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
