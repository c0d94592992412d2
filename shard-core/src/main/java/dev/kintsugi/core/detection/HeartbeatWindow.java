package dev.kintsugi.core.detection;

/**
 * Mean and deviation of the most recent gaps between heartbeats, at most {@code capacity} of them.
 * Adding one costs O(1). Not thread-safe.
 */
public final class HeartbeatWindow {
  /*
   * The mean and the sum of squared deviations are updated in place when a gap replaces the oldest
   * one [1], which avoids the cancellation error of the sum-of-squares form.
   *
   * [1] Welford, Note on a Method for Calculating Corrected Sums of Squares and Products,
   *     Technometrics 4 (1962).
   */

  private final double[] gaps;
  private int size;
  private int oldest;
  private double mean;
  private double squares;

  /**
   * A window without gaps.
   *
   * @param capacity 2 or greater. Too small: a few even gaps make it forget that others are uneven;
   *     too large: it takes that many heartbeats to believe that a peer has become slower
   * @throws IllegalArgumentException if the capacity is smaller
   */
  public HeartbeatWindow(int capacity) {
    if (capacity < 2) {
      throw new IllegalArgumentException("a window needs 2 gaps or more, got " + capacity);
    }
    gaps = new double[capacity];
  }

  /**
   * Takes a gap in; the oldest leaves when the window is full.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public void add(long gapNanos) {
    if (gapNanos < 0) {
      throw new IllegalArgumentException("a gap must not be negative, got " + gapNanos);
    }
    if (size < gaps.length) {
      gaps[size++] = gapNanos;
      double delta = gapNanos - mean;
      mean += delta / size;
      squares += delta * (gapNanos - mean);
      return;
    }
    double leaving = gaps[oldest];
    gaps[oldest] = gapNanos;
    oldest = (oldest + 1) % gaps.length;
    double before = mean;
    mean += (gapNanos - leaving) / size;
    squares += (gapNanos - leaving) * (gapNanos - mean + leaving - before);
  }

  /** How many gaps it holds. */
  public int size() {
    return size;
  }

  /** In nanoseconds; 0 while empty. */
  public double meanNanos() {
    return mean;
  }

  /** The population's standard deviation in nanoseconds; 0 while empty. */
  public double deviationNanos() {
    return size == 0 ? 0 : Math.sqrt(Math.max(0, squares) / size);
  }

  /** Forgets all gaps. */
  public void clear() {
    size = 0;
    oldest = 0;
    mean = 0;
    squares = 0;
  }
}
