package dev.kintsugi.local.relay;

import java.time.Duration;

/**
 * What becomes of bytes that go one way.
 *
 * @param delay until they arrive, in order; too small: nothing is shown; too large: whoever waits
 *     for them gives up, which is a partition and not a slow network
 * @param stopped whether none arrive until this changes; they are kept, as a network that drops
 *     packets makes its sender send them again
 */
public record Weather(Duration delay, boolean stopped) {

  /** Everything arrives at once. */
  public static final Weather FAIR = new Weather(Duration.ZERO, false);

  /** Nothing arrives. */
  public static final Weather STOPPED = new Weather(Duration.ZERO, true);

  public Weather {
    if (delay.isNegative() || delay.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("a delay is 0 to 60 s, got " + delay);
    }
  }

  /** Everything arrives late. */
  public static Weather slow(Duration delay) {
    return new Weather(delay, false);
  }
}
