package dev.kintsugi.local.verify.measure;

import java.util.Collection;
import java.util.List;

/** Percentiles by the nearest rank: always one of the values, never one between two. Pure. */
public final class Percentiles {

  private Percentiles() {}

  /**
   * The smallest value that at least {@code percent} percent of the values do not exceed; 0 if
   * there are none.
   *
   * @param percent above 0, at most 100
   */
  public static double of(Collection<Double> values, double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("a percentile is above 0 and at most 100: " + percent);
    }
    if (values.isEmpty()) {
      return 0;
    }
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.ceil(percent / 100 * sorted.size()) - 1);
  }

  /** The largest; 0 if there are none. */
  public static double most(Collection<Double> values) {
    return of(values, 100);
  }
}
