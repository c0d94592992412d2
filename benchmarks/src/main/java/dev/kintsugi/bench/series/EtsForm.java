package dev.kintsugi.bench.series;

/**
 * Which parts an exponential smoothing model has, and how each joins the others.
 *
 * @param error never {@link Part#NONE}
 * @param damped whether the trend dies away; false without a trend
 * @param period steps after which a season comes again, at least 2; 1 without a season
 */
public record EtsForm(Part error, Part trend, boolean damped, Part season, int period) {

  /** How a part joins the others. */
  public enum Part {
    NONE,
    ADDITIVE,
    MULTIPLICATIVE;

    private static Part of(String code, int at) {
      return switch (code.charAt(at)) {
        case 'N' -> NONE;
        case 'A' -> ADDITIVE;
        case 'M' -> MULTIPLICATIVE;
        default ->
            throw new IllegalArgumentException(
                "a form must be of the letters N, A and M, got " + code);
      };
    }

    private char letter() {
      return name().charAt(0);
    }
  }

  public EtsForm {
    if (error == Part.NONE) {
      throw new IllegalArgumentException("an error must be additive or multiplicative, got NONE");
    }
    if (damped && trend == Part.NONE) {
      throw new IllegalArgumentException("without a trend there is nothing to damp, got damped");
    }
    if (season == Part.NONE ? period != 1 : period < 2) {
      throw new IllegalArgumentException(
          "a period must be 1 without a season and at least 2 with one, got " + period);
    }
  }

  /** The form that R writes as three letters for error, trend and season, such as MAM. */
  public static EtsForm of(String code, boolean damped, int period) {
    if (code.length() != 3) {
      throw new IllegalArgumentException("a form must be three letters, got " + code);
    }
    return new EtsForm(Part.of(code, 0), Part.of(code, 1), damped, Part.of(code, 2), period);
  }

  boolean hasTrend() {
    return trend != Part.NONE;
  }

  boolean hasSeason() {
    return season != Part.NONE;
  }

  /** Where the seasons begin in a state: after the level and the trend. */
  int firstSeason() {
    return hasTrend() ? 2 : 1;
  }

  /** Numbers in a state. */
  int states() {
    return firstSeason() + (hasSeason() ? period : 0);
  }

  /** Smoothing parameters, of up to four. */
  int smoothings() {
    return 1 + (hasTrend() ? 1 : 0) + (hasSeason() ? 1 : 0) + (damped ? 1 : 0);
  }

  /** Numbers that are free in a fit; one season follows from the others. */
  int freedoms() {
    return smoothings() + states() - (hasSeason() ? 1 : 0);
  }

  /** Whether anything multiplies, so that a fit needs a series above zero. */
  boolean needsPositive() {
    return error == Part.MULTIPLICATIVE
        || trend == Part.MULTIPLICATIVE
        || season == Part.MULTIPLICATIVE;
  }

  @Override
  public String toString() {
    return "ETS(%c,%c%s,%c)%s"
        .formatted(
            error.letter(),
            trend.letter(),
            damped ? "d" : "",
            season.letter(),
            hasSeason() ? Integer.toString(period) : "");
  }
}
