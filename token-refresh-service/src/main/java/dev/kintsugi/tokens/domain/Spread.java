package dev.kintsugi.tokens.domain;

import java.util.Arrays;

/**
 * Finds each task a time within its window, so that many that come together are done one after the
 * other: as late as it may be as long as that moment is calm, else when least is planned. A ring of
 * counts, the hashed timing wheel of Varghese and Lauck (SOSP 1987) without its lists: what is to
 * be done stands in the shared schedule. Not thread-safe; a call costs O(1), at most a scan of 128
 * counts.
 */
public final class Spread {

  /*
   * Windows of minutes and of seconds share the wheel but not the counts: a class of windows has
   * moments of its own width. Tasks that are planned again, or not done after all, leave their
   * count behind until its moment has passed; it makes a busy moment seem busier, never calmer.
   */

  private static final int MOMENTS = 1 << 14;
  private static final int PER_WINDOW = 128;
  private static final int CLASSES = 24;

  private final double calmPerSecond;
  private final Wheel[] wheels = new Wheel[CLASSES];

  private static final class Wheel {
    final long widthMillis;
    final long[] moments = new long[MOMENTS];
    final int[] counts = new int[MOMENTS];

    Wheel(long widthMillis) {
      this.widthMillis = widthMillis;
      Arrays.fill(moments, -1);
    }

    int count(long moment) {
      int at = (int) (moment & (MOMENTS - 1));
      return moments[at] == moment ? counts[at] : 0;
    }

    void add(long moment) {
      int at = (int) (moment & (MOMENTS - 1));
      counts[at] = count(moment) + 1;
      moments[at] = moment;
    }
  }

  /**
   * A wheel on which nothing is planned.
   *
   * @param calmPerSecond so many in a second disturb nobody; too low: renewals are drawn forward
   *     for nothing; too high: they come in crowds
   */
  public Spread(double calmPerSecond) {
    this.calmPerSecond = calmPerSecond;
  }

  /**
   * Finds a time, in milliseconds since 1970, and counts it.
   *
   * @param earliestMillis where it is later than {@code latestMillis} that one is meant
   * @param chance in [0, 1): where within its moment
   */
  public long place(long earliestMillis, long latestMillis, double chance) {
    long earliest = Math.min(earliestMillis, latestMillis);
    Wheel wheel = wheel(latestMillis - earliest);
    long width = wheel.widthMillis;
    long first = Math.ceilDiv(earliest, width);
    long last = Math.floorDiv(latestMillis, width) - 1;
    if (last < first) {
      return latestMillis - Math.round(chance * (latestMillis - earliest));
    }
    long best = best(wheel, first, last);
    wheel.add(best);
    return best * width + Math.round(chance * (width - 1));
  }

  private long best(Wheel wheel, long first, long last) {
    int calm = (int) Math.max(1, Math.round(calmPerSecond * wheel.widthMillis / 1000));
    long best = last;
    for (long moment = last; moment >= first; moment--) {
      int count = wheel.count(moment);
      if (count < calm) {
        return moment;
      }
      if (count < wheel.count(best)) {
        best = moment;
      }
    }
    return best;
  }

  /** Of windows of about this length. */
  private Wheel wheel(long windowMillis) {
    long least = Math.max(1, windowMillis / PER_WINDOW);
    int index = Math.min(CLASSES - 1, Long.SIZE - Long.numberOfLeadingZeros(least));
    Wheel wheel = wheels[index];
    if (wheel == null) {
      wheel = new Wheel(1L << index);
      wheels[index] = wheel;
    }
    return wheel;
  }
}
