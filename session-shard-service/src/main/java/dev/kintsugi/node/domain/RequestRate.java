package dev.kintsugi.node.domain;

import java.time.Duration;

/**
 * How many requests come in for one slot, as a moving average that forgets half of the past every
 * ten seconds. Counting is one addition; a sample is taken once a second. Not thread-safe.
 *
 * <p>An average that starts at 0 would say for half a minute that a slot which has just come here
 * is idle. So it is divided by how much of the past it has seen [1]: from the first sample on it is
 * unbiased, only noisier at first.
 */
final class RequestRate {

  /*
   * [1] Kingma, Ba, Adam: A Method for Stochastic Optimization, 2015, section 3: the correction of an
   * exponential moving average that starts at zero. Here the samples are unevenly long.
   */

  /** Shorter: placement takes bursts for load; longer: it sees a change of load that much later. */
  static final Duration HALF_LIFE = Duration.ofSeconds(10);

  private static final long SAMPLE_NANOS = 1_000_000_000L;

  private long counted;
  private boolean begun;
  private long sinceNanos;
  private double average;
  private double seen;

  void count() {
    counted++;
  }

  /** Passes time; to be called at least once a second. */
  void look(long nowNanos) {
    if (!begun) {
      begun = true;
      sinceNanos = nowNanos;
      counted = 0;
      return;
    }
    long nanos = nowNanos - sinceNanos;
    if (nanos < SAMPLE_NANOS) {
      return;
    }
    double kept = Math.pow(0.5, (double) nanos / HALF_LIFE.toNanos());
    double perSecond = counted * 1e9 / nanos;
    average = kept * average + (1 - kept) * perSecond;
    seen = kept * seen + (1 - kept);
    sinceNanos = nowNanos;
    counted = 0;
  }

  /** Forgets everything: the slot is not served here any more. */
  void reset() {
    begun = false;
    counted = 0;
    average = 0;
    seen = 0;
  }

  /** In thousandths of a request per second; 0 before the first sample. */
  long milliPerSecond() {
    return seen == 0 ? 0 : Math.round(average / seen * 1_000);
  }
}
