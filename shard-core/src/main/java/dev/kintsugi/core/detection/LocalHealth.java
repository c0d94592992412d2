package dev.kintsugi.core.detection;

import java.time.Duration;

/**
 * How far a watcher may trust its own ears: the local health multiplier of Lifeguard [1]. Its own
 * timer tells: a tick that comes late shows that this process was stopped or starved, so what it
 * did not hear meanwhile may have been its own fault. Not thread-safe.
 */
public final class LocalHealth {
  /*
   * [1] Dadgar, Phillips, Currey, Lifeguard: Local Health Awareness for More Accurate Failure
   *     Detection, DSN 2018.
   */

  private static final int WORST = 8;

  private final long intervalNanos;
  private final long toleranceNanos;
  private int score;
  private long lastTickNanos;
  private boolean ticked;

  /**
   * A watcher in good health.
   *
   * @param interval between ticks
   * @param tolerance lateness of a tick that says nothing. Too low: a watcher on a busy machine
   *     doubts itself for ever and accuses late; too high: one that was stopped accuses others
   */
  public LocalHealth(Duration interval, Duration tolerance) {
    this.intervalNanos = interval.toNanos();
    this.toleranceNanos = tolerance.toNanos();
  }

  /**
   * A tick has come.
   *
   * @return by how much this process was deaf since the last one, in nanoseconds; 0 if it came in
   *     time
   */
  public long tick(long nowNanos) {
    long late = ticked ? nowNanos - lastTickNanos - intervalNanos : 0;
    lastTickNanos = nowNanos;
    ticked = true;
    if (late < toleranceNanos) {
      score = Math.max(0, score - 1);
      return 0;
    }
    long steps = 1 + late / Math.max(1, 4 * toleranceNanos);
    score = (int) Math.min(WORST, score + steps);
    return late;
  }

  /** By how much longer than usual to wait before accusing anybody: 1 in good health, up to 9. */
  public int multiplier() {
    return 1 + score;
  }
}
