package dev.kintsugi.tokens.domain.forecast;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Combines models into one rate, and learns how from every gap between two requests. Not
 * thread-safe.
 */
final class RateCombiner {

  /*
   * A piecewise exponential model [1]: in each piece of the time since a user's last request the
   * rate is constant, and its logarithm is linear in the models' log rates and in what is known of
   * the moment. The likelihood is that of a Poisson regression with the piece's length as exposure;
   * a step of gradient ascent follows each gap, with a step size of its own for each weight [2].
   *
   * What comes for a user changes what is known in the midst of a gap. The gap is then learned from
   * in parts, each with what was known during it: covariates that vary in time [1].
   *
   * Among the features is a mixture of the models by how well each did for this very user, with
   * weights that fall exponentially with the losses [3]. A new user's are everybody's.
   *
   * [1] Friedman, Piecewise exponential models for survival data with covariates, Ann. Stat. 1982.
   * [2] Duchi, Hazan, Singer, Adaptive subgradient methods, JMLR 2011.
   * [3] Cesa-Bianchi, Lugosi, Prediction, Learning, and Games, 2006, §2.
   */

  private static final double STEP = 0.05;
  private static final double STEEPEST = 3;
  private static final double LEAST_LOG_RATE = -16;
  private static final double CENTRE = 8;
  private static final double LOSS_WEIGHT = 0.5;
  private static final double PRIOR_LOSSES = 5;
  private static final double AVERAGING = 0.001;
  private static final double BIAS_STEP = 0.05;
  private static final double BIAS_KEPT = 0.98;

  private final List<RateModel> models;
  private final Intervals pieces;
  private final int features;
  private final double[] weights;
  private final double[] squares;
  private final double[] averageLosses;
  private final double[][] modelRates;
  private final double[][] rows;
  private final double[] losses;
  private final double[] gradient;

  /** Whose answers of the models, about all pieces, are at hand; null: nobody's. */
  private @Nullable UserActivity asked;

  /**
   * Combines models.
   *
   * @param pieces of the time after a request that is looked at
   */
  RateCombiner(List<RateModel> models, Intervals pieces) {
    this.models = List.copyOf(models);
    this.pieces = pieces;
    this.features = models.size() + 3 + Moment.COUNT;
    this.weights = new double[features];
    this.squares = new double[features];
    this.averageLosses = new double[models.size()];
    this.modelRates = new double[models.size()][pieces.count()];
    this.rows = new double[pieces.count()][features];
    this.losses = new double[models.size()];
    this.gradient = new double[features];
    // Until something is learned: halfway between everybody's residual life and the mixture.
    weights[0] = -CENTRE;
    weights[1] = 0.5;
    weights[models.size() + 1] = 0.5;
  }

  /** Writes or reads what was learned. */
  void exchange(State state) {
    state.numbers(weights);
    state.numbers(squares);
    state.numbers(averageLosses);
    forget();
  }

  Intervals pieces() {
    return pieces;
  }

  /** The rate of each piece after the user's last request, in requests per second. */
  double[] rates(UserActivity user, Population population) {
    askModels(user, population, pieces.count());
    fill(user, population, 0, pieces.count());
    double[] rates = new double[pieces.count()];
    for (int i = 0; i < rates.length; i++) {
      rates[i] = Math.exp(logRate(user, rows[i]));
    }
    return rates;
  }

  /**
   * Learns from the time since the user's last request, which is over now.
   *
   * @return how surprising it was: the negative log likelihood
   */
  double learn(UserActivity user, Population population, double gapSeconds) {
    double end = Math.min(gapSeconds, pieces.seconds());
    return learn(user, population, end, gapSeconds <= pieces.seconds(), true);
  }

  /**
   * Learns from the user's silence since the last request, which goes on, up to a time. To be
   * called before anything changes that the forecast rests on.
   *
   * @return how surprising it was
   */
  double learnSilence(UserActivity user, Population population, double untilSeconds) {
    double until = Math.min(untilSeconds, pieces.seconds());
    if (until <= user.silentSeconds()) {
      return 0;
    }
    askModels(user, population, pieces.count());
    return learn(user, population, until, false, false);
  }

  private double learn(
      UserActivity user, Population population, double end, boolean happened, boolean over) {
    double begin = Math.min(user.silentSeconds(), end);
    int first = Math.max(0, pieces.before(begin) - 1);
    int count = happened || begin < end ? pieces.before(end) : 0;
    fill(user, population, first, count);
    Arrays.fill(losses, 0);
    Arrays.fill(gradient, 0);
    double loss = 0;
    double pull = 0;
    for (int i = first; i < count; i++) {
      double length = Math.min(end, pieces.end(i)) - Math.max(begin, pieces.start(i));
      boolean here = happened && i == count - 1;
      for (int model = 0; model < losses.length; model++) {
        losses[model] += modelRates[model][i] * length - (here ? rows[i][1 + model] - CENTRE : 0);
      }
      double log = logRate(user, rows[i]);
      double expected = Math.exp(log) * length;
      loss += expected - (here ? log : 0);
      double off = Math.clamp((here ? 1 : 0) - expected, -STEEPEST, STEEPEST);
      pull += off;
      for (int j = 0; j < features; j++) {
        gradient[j] += off * rows[i][j];
      }
    }
    step();
    for (int model = 0; model < losses.length; model++) {
      averageLosses[model] += AVERAGING * (losses[model] - (over ? averageLosses[model] : 0));
    }
    user.addLosses(losses, begin == 0);
    user.shiftBias(BIAS_STEP * Math.clamp(pull, -STEEPEST, STEEPEST), over ? BIAS_KEPT : 1);
    return loss;
  }

  private void step() {
    for (int j = 0; j < features; j++) {
      squares[j] += gradient[j] * gradient[j];
      weights[j] += STEP * gradient[j] / Math.sqrt(squares[j] + 1);
    }
  }

  private double logRate(UserActivity user, double[] row) {
    double sum = user.bias();
    for (int j = 0; j < features; j++) {
      sum += weights[j] * row[j];
    }
    return Math.clamp(sum, LEAST_LOG_RATE, 0);
  }

  /** Something has changed on which the models' answers rest. */
  void forget() {
    asked = null;
  }

  private void askModels(UserActivity user, Population population, int count) {
    for (int model = 0; model < modelRates.length && user != asked; model++) {
      double[] rates = modelRates[model];
      models.get(model).rates(user, population, pieces, count, rates);
      double rate = 0;
      double log = 0;
      for (int i = 0; i < count; i++) {
        // Many pieces in a row are alike.
        if (rates[i] != rate) {
          rate = rates[i];
          log = Math.log(rate) + CENTRE;
        }
        rows[i][1 + model] = log;
      }
    }
    asked = count == pieces.count() ? user : null;
  }

  private void fill(UserActivity user, Population population, int first, int count) {
    if (user != asked) {
      askModels(user, population, count);
    }
    double[] shares = shares(user);
    Moment moment = Moment.of(user, population);
    for (int i = first; i < count; i++) {
      double[] row = rows[i];
      row[0] = 1;
      double mixture = 0;
      for (int model = 0; model < shares.length; model++) {
        mixture += shares[model] * modelRates[model][i];
      }
      double log = Math.log(mixture) + CENTRE;
      row[1 + shares.length] = log;
      row[2 + shares.length] = log * (pieces.logMiddle(i) - 6) * 0.2;
      moment.write(pieces, i, row, 3 + shares.length);
    }
  }

  private double[] shares(UserActivity user) {
    double[] shares = new double[modelRates.length];
    double least = Double.POSITIVE_INFINITY;
    for (int model = 0; model < shares.length; model++) {
      shares[model] = user.loss(model) + PRIOR_LOSSES * averageLosses[model];
      least = Math.min(least, shares[model]);
    }
    double sum = 0;
    for (int model = 0; model < shares.length; model++) {
      shares[model] = Math.exp(-LOSS_WEIGHT * (shares[model] - least));
      sum += shares[model];
    }
    for (int model = 0; model < shares.length; model++) {
      shares[model] /= sum;
    }
    return shares;
  }
}
