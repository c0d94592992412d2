package dev.kintsugi.core.detection;

import java.time.Duration;

/**
 * How surprising a peer's silence is, given how regularly it has been heard so far: the φ accrual
 * failure detector [1]. φ = 1 means that a living peer is silent for so long once in 10 times, φ =
 * 8 once in 100 million. It only knows gaps: whoever uses it keeps the time. Costs O(1) per call.
 * Not thread-safe.
 */
public final class PhiAccrual {
  /*
   * The gaps are taken for normally distributed. Two corrections, both usual since [2]: a pause that
   * is nobody's fault (garbage collection, a busy machine) is added to the mean, and the deviation
   * never counts as less than a floor, for a peer heard very regularly would be accused of the first
   * irregularity. A gap that was longer than what is put up with is not learned: a peer that came
   * back from a long silence has not thereby become one that is usually silent for long.
   *
   * [1] Hayashibara, Défago, Yared, Katayama, The φ Accrual Failure Detector, SRDS 2004.
   * [2] Apache Pekko, PhiAccrualFailureDetector.
   */

  /**
   * How a detector judges.
   *
   * @param acceptablePause silence beyond the usual gap that says nothing. Too low: each longer
   *     collection of garbage is taken for a death; too high: a real one is noticed that much later
   * @param leastDeviation the gaps' deviation counts at least as this. Too low: on a calm day the
   *     first late heartbeat is a surprise; too high: it takes a multiple of it longer to notice
   * @param usualGap taken for the mean before {@code samples} were heard; the heartbeat's interval
   * @param samples gaps remembered, 2 or greater; see {@link HeartbeatWindow}
   */
  public record Settings(
      Duration acceptablePause, Duration leastDeviation, Duration usualGap, int samples) {
    public Settings {
      if (acceptablePause.isNegative() || !leastDeviation.isPositive() || !usualGap.isPositive()) {
        throw new IllegalArgumentException(
            "the acceptable pause must not be negative, deviation and usual gap must be positive,"
                + " got "
                + acceptablePause
                + ", "
                + leastDeviation
                + ", "
                + usualGap);
      }
    }
  }

  private final Settings settings;
  private final HeartbeatWindow window;

  public PhiAccrual(Settings settings) {
    this.settings = settings;
    this.window = new HeartbeatWindow(settings.samples());
  }

  /**
   * A heartbeat came, so long after the one before.
   *
   * @param gapNanos negative ones, of a ticker that was read in another order, count as 0
   */
  public void heard(long gapNanos) {
    long longest = settings.acceptablePause().toNanos() + 4 * settings.usualGap().toNanos();
    if (gapNanos <= longest) {
      window.add(Math.max(0, gapNanos));
    }
  }

  /** The surprise at a silence of this length; 0 or greater, and it only grows with the silence. */
  public double phi(long silentNanos) {
    double pause = settings.acceptablePause().toNanos();
    double y = (silentNanos - meanNanos() - pause) / deviationNanos();
    return Math.max(0, NormalTail.negativeLog10(y));
  }

  /** The gap that is to be expected, in nanoseconds. */
  public double meanNanos() {
    return window.size() < settings.samples() / 10 + 1
        ? settings.usualGap().toNanos()
        : window.meanNanos();
  }

  private double deviationNanos() {
    return Math.max((double) settings.leastDeviation().toNanos(), window.deviationNanos());
  }

  /** Forgets what it has learned: the peer has begun another life, or is heard another way. */
  public void forget() {
    window.clear();
  }
}
