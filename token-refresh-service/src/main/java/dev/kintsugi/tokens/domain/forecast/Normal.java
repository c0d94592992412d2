package dev.kintsugi.tokens.domain.forecast;

/** The normal distribution. Pure functions. */
final class Normal {

  private Normal() {}

  /**
   * The logarithm of the probability that a standard normal variable exceeds {@code z}; right to
   * 1.2e-7 in the probability's relative value, far out in the upper tail too.
   */
  static double logUpperTail(double z) {
    double x = z / Math.sqrt(2);
    return x >= 0 ? logErfc(x) - Math.log(2) : Math.log1p(-Math.exp(logErfc(-x)) / 2);
  }

  /*
   * erfc(x) = t exp(-x² + P(t)), t = 1/(1 + x/2), x >= 0.
   *
   * [1] Press et al., Numerical Recipes in C, 2nd ed., §6.2 (erfcc).
   */
  private static double logErfc(double x) {
    double t = 1 / (1 + x / 2);
    double polynomial =
        -1.26551223
            + t
                * (1.00002368
                    + t
                        * (0.37409196
                            + t
                                * (0.09678418
                                    + t
                                        * (-0.18628806
                                            + t
                                                * (0.27886807
                                                    + t
                                                        * (-1.13520398
                                                            + t
                                                                * (1.48851587
                                                                    + t
                                                                        * (-0.82215223
                                                                            + t
                                                                                * 0.17087277))))))));
    return Math.log(t) - x * x + polynomial;
  }
}
