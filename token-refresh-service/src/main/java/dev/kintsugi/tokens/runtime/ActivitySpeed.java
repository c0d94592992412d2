package dev.kintsugi.tokens.runtime;

/**
 * How many seconds of activity pass in one second of the clock: 1, but where a trace is replayed.
 * Thread-safe.
 */
public final class ActivitySpeed {

  private static final double MOST = 1e6;
  private volatile double speed = 1;

  /** A positive number. */
  public double get() {
    return speed;
  }

  /**
   * From now on.
   *
   * @throws IllegalArgumentException unless it is above 0 and at most 1,000,000
   */
  public void set(double wanted) {
    if (!(wanted > 0 && wanted <= MOST)) {
      throw new IllegalArgumentException(
          "the speed of activity must be above 0 and at most 1000000, got " + wanted);
    }
    speed = wanted;
  }
}
