package dev.kintsugi.tokens.domain.forecast;

/**
 * When a user's next request will come, if none has come since the last: a rate that is constant in
 * pieces. Immutable. Times are seconds since that request.
 */
public final class Forecast {

  private static final double SAME = 1e-12;

  private final Intervals pieces;
  private final double[] expected;

  Forecast(Intervals pieces, double[] rates) {
    this.pieces = pieces;
    this.expected = new double[rates.length + 1];
    for (int i = 0; i < rates.length; i++) {
      expected[i + 1] = expected[i] + rates[i] * (pieces.end(i) - pieces.start(i));
    }
  }

  /** How far it reaches. */
  public double seconds() {
    return pieces.seconds();
  }

  /** The probability, 0 to 1, of a request from one time to another if there was none before. */
  public double probability(double from, double to) {
    return -Math.expm1(expectedUntil(from) - expectedUntil(to));
  }

  /**
   * Writes, for each of {@code count} steps from {@code from} on, the probability of a request in
   * it if there was none before.
   */
  void probabilities(double from, double step, int count, double[] out) {
    int piece = 0;
    double before = expectedUntil(from);
    double last = 0;
    double known = 0;
    for (int i = 0; i < count; i++) {
      double end = Math.min(from + (i + 1) * step, seconds());
      while (piece + 1 < pieces.count() && pieces.end(piece) < end) {
        piece++;
      }
      double after = within(piece, end);
      // Within a piece all steps are alike.
      if (Math.abs(after - before - last) > SAME) {
        last = after - before;
        known = -Math.expm1(-last);
      }
      out[i] = known;
      before = after;
    }
  }

  private double expectedUntil(double time) {
    int low = 0;
    int high = pieces.count() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (pieces.start(middle) <= time) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return within(low, Math.clamp(time, 0, seconds()));
  }

  private double within(int piece, double time) {
    double part = (time - pieces.start(piece)) / (pieces.end(piece) - pieces.start(piece));
    return expected[piece] + (expected[piece + 1] - expected[piece]) * part;
  }
}
