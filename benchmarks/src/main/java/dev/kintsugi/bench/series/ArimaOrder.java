package dev.kintsugi.bench.series;

/**
 * How many coefficients of each kind an ARIMA model has: (p,d,q)(P,D,Q) in the textbooks' letters.
 *
 * @param ar p, of the values before
 * @param differences d, taken from one step to the next
 * @param ma q, of the errors before
 * @param seasonalAr P, of the values whole periods before
 * @param seasonalDifferences D, taken from one period to the next
 * @param seasonalMa Q, of the errors whole periods before
 * @param period steps of a season, at least 2; 1 without seasonal parts
 * @param hasMean whether the differenced series has a mean other than zero
 */
public record ArimaOrder(
    int ar,
    int differences,
    int ma,
    int seasonalAr,
    int seasonalDifferences,
    int seasonalMa,
    int period,
    boolean hasMean) {

  public ArimaOrder {
    notNegative("p", ar);
    notNegative("d", differences);
    notNegative("q", ma);
    notNegative("P", seasonalAr);
    notNegative("D", seasonalDifferences);
    notNegative("Q", seasonalMa);
    boolean seasonal = seasonalAr + seasonalDifferences + seasonalMa > 0;
    if (seasonal ? period < 2 : period != 1) {
      throw new IllegalArgumentException(
          "a period must be 1 without seasonal parts and at least 2 with them, got " + period);
    }
  }

  private static void notNegative(String name, int order) {
    if (order < 0) {
      throw new IllegalArgumentException(name + " must be zero or more, got " + order);
    }
  }

  /** Without a season, without a mean. */
  public static ArimaOrder of(int ar, int differences, int ma) {
    return new ArimaOrder(ar, differences, ma, 0, 0, 0, 1, false);
  }

  /** The same with a season. */
  public ArimaOrder seasonal(int ar, int differences, int ma, int period) {
    return new ArimaOrder(this.ar, this.differences, this.ma, ar, differences, ma, period, hasMean);
  }

  /**
   * The same with a mean of the differenced series, so with a drift where that is once differenced.
   */
  public ArimaOrder withMean() {
    return new ArimaOrder(
        ar, differences, ma, seasonalAr, seasonalDifferences, seasonalMa, period, true);
  }

  /** Values at the beginning of a series that its differences use up. */
  int lost() {
    return differences + period * seasonalDifferences;
  }

  /** Numbers that are free in a fit, beside the variance of the errors. */
  int freedoms() {
    return ar + ma + seasonalAr + seasonalMa + (hasMean ? 1 : 0);
  }

  @Override
  public String toString() {
    String plain = "ARIMA(%d,%d,%d)".formatted(ar, differences, ma);
    String season =
        period == 1
            ? ""
            : "(%d,%d,%d)%d".formatted(seasonalAr, seasonalDifferences, seasonalMa, period);
    return plain + season + (hasMean ? " with mean" : "");
  }
}
