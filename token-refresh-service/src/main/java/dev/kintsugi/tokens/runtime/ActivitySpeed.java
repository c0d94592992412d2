package dev.kintsugi.tokens.runtime;

/**
 * How many seconds of activity pass in one second of the clock: 1, but where a trace is replayed.
 * Thread-safe.
 */
public final class ActivitySpeed {

  private static final double LEAST = 1e-3;
  private static final double MOST = 1e6;
  private volatile double speed = 1;

  /** A positive number. */
  public double get() {
    return speed;
  }

  /**
   * From now on.
   *
   * @throws IllegalArgumentException unless it is 0.001 to 1,000,000
   */
  public void set(double wanted) {
    if (!(wanted >= LEAST && wanted <= MOST)) {
      throw new IllegalArgumentException(
          "the speed of activity must be 0.001 to 1000000, got " + wanted);
    }
    speed = wanted;
  }
}
