package dev.kintsugi.bench.series;

/**
 * How much of an error each part of a state takes up, in R's terms.
 *
 * @param alpha of the level, above 0
 * @param beta of the trend, at most alpha; the textbooks' trend parameter is {@code beta / alpha};
 *     0 without a trend
 * @param gamma of the season, at most {@code 1 - alpha}; 0 without a season
 * @param phi what a step leaves of the trend, above 0; 1 where nothing is damped
 */
public record Smoothing(double alpha, double beta, double gamma, double phi) {

  /** What rounding may take a sum of two parameters beyond one. */
  private static final double ROUNDING = 1e-9;

  public Smoothing {
    Checked.share("alpha", alpha, 1);
    Checked.within("beta", beta, 0, alpha + ROUNDING);
    Checked.within("gamma", gamma, 0, 1 - alpha + ROUNDING);
    Checked.share("phi", phi, 1);
  }

  /** Of a level alone. */
  public static Smoothing of(double alpha) {
    return new Smoothing(alpha, 0, 0, 1);
  }

  /** These, which say nothing about a part that the form does not have. */
  Smoothing checkedFor(EtsForm form) {
    Checked.within("beta of " + form, beta, 0, form.hasTrend() ? 1 : 0);
    Checked.within("gamma of " + form, gamma, 0, form.hasSeason() ? 1 : 0);
    Checked.within("phi of " + form, phi, form.damped() ? 0 : 1, 1);
    return this;
  }
}
