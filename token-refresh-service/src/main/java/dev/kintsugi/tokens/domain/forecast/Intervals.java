package dev.kintsugi.tokens.domain.forecast;

import java.util.Arrays;

/**
 * The time after a request, cut into pieces in which its rate is taken as constant: at the edges of
 * {@link GapBins}, and no piece longer than half an hour or a 96th of the whole. Immutable.
 */
public final class Intervals {

  private static final double LONGEST_SECONDS = 1800;
  private static final double LEAST_PIECES = 96;

  private final double[] edges;
  private final double[] logEnds;
  private final double[] logMiddles;
  private final int[] bins;

  private Intervals(double[] edges) {
    this.edges = edges;
    this.logEnds = new double[count()];
    this.logMiddles = new double[count()];
    this.bins = new int[count()];
    for (int i = 0; i < count(); i++) {
      logEnds[i] = Math.log1p(end(i));
      logMiddles[i] = Math.log1p(middle(i));
      bins[i] = GapBins.of(middle(i));
    }
  }

  /** Pieces from 0 to {@code seconds}, which must be positive. */
  static Intervals until(double seconds) {
    double longest = Math.max(LONGEST_SECONDS, seconds / LEAST_PIECES);
    double[] found = new double[GapBins.COUNT + (int) Math.ceil(seconds / longest) + 2];
    int count = 1;
    for (int bin = 1; bin <= GapBins.COUNT && found[count - 1] < seconds; bin++) {
      double next = bin == GapBins.COUNT ? seconds : Math.min(seconds, GapBins.start(bin));
      while (next - found[count - 1] > longest) {
        found[count] = found[count - 1] + longest;
        count++;
      }
      found[count++] = next;
    }
    return new Intervals(Arrays.copyOf(found, count));
  }

  /** How many pieces. */
  public int count() {
    return edges.length - 1;
  }

  public double start(int piece) {
    return edges[piece];
  }

  public double end(int piece) {
    return edges[piece + 1];
  }

  public double middle(int piece) {
    return (edges[piece] + edges[piece + 1]) / 2;
  }

  /** The natural logarithm of one more than the piece's end. */
  public double logEnd(int piece) {
    return logEnds[piece];
  }

  /** The natural logarithm of one more than the piece's middle. */
  double logMiddle(int piece) {
    return logMiddles[piece];
  }

  /** The bin of the piece's middle. */
  int bin(int piece) {
    return bins[piece];
  }

  public double seconds() {
    return edges[edges.length - 1];
  }

  /** The pieces that begin before a time. */
  int before(double seconds) {
    int count = 0;
    while (count < count() && edges[count] < seconds) {
      count++;
    }
    return count;
  }
}
