package dev.kintsugi.tokens.domain.forecast;

/**
 * Bins of the time between a user's requests, three to the octave: the first ends at 8 s, the last
 * has no end and begins at about 30 days.
 */
final class GapBins {

  private static final double PER_OCTAVE = 3;
  private static final double FIRST_SECONDS = 8;

  static final int COUNT = 57;

  private static final double[] EDGES = new double[COUNT + 1];

  static {
    for (int i = 1; i <= COUNT; i++) {
      EDGES[i] = FIRST_SECONDS * Math.pow(2, (i - 1) / PER_OCTAVE);
    }
  }

  private GapBins() {}

  /** The bin of a gap in seconds, 0 or greater. */
  static int of(double seconds) {
    if (seconds < FIRST_SECONDS) {
      return 0;
    }
    double octaves = Math.log(seconds / FIRST_SECONDS) / Math.log(2);
    return Math.min(COUNT - 1, 1 + (int) (octaves * PER_OCTAVE));
  }

  /** Where a bin begins, in seconds; of {@link #COUNT}: where the last one counts as ended. */
  static double start(int bin) {
    return EDGES[bin];
  }

  static double width(int bin) {
    return EDGES[bin + 1] - EDGES[bin];
  }
}
