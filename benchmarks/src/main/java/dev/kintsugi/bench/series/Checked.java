package dev.kintsugi.bench.series;

/** Checks of what comes from outside; each shows the bad value. */
final class Checked {

  private Checked() {}

  /** A copy of the series, which has at least so many values, all of them finite. */
  static double[] series(double[] values, int least) {
    if (values.length < least) {
      throw new IllegalArgumentException(
          "a series must have at least " + least + " values here, got " + values.length);
    }
    return finite("a series", values);
  }

  /** A copy of the values, all of them finite. */
  static double[] finite(String what, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(what + " must be finite, got " + values[i] + " at " + i);
      }
    }
    return values.clone();
  }

  static double finite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(what + " must be finite, got " + value);
    }
    return value;
  }

  /** The value, which is neither below nor above its bounds. */
  static double within(String what, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          what + " must be from " + least + " to " + most + ", got " + value);
    }
    return value;
  }

  /** The value, which is above 0 and not above its bound. */
  static double share(String what, double value, double most) {
    if (!(value > 0 && value <= most)) {
      throw new IllegalArgumentException(
          what + " must be above 0 and at most " + most + ", got " + value);
    }
    return value;
  }

  /** A number of steps ahead, at least one. */
  static int steps(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("a forecast must be at least 1 step ahead, got " + steps);
    }
    return steps;
  }

  /** The demand of a period, zero or more. */
  static double demand(double demand) {
    if (!(demand >= 0 && demand < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a demand must be zero or more, got " + demand);
    }
    return demand;
  }
}
