package dev.kintsugi.bench.series;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.hipparchus.analysis.MultivariateFunction;
import org.hipparchus.exception.MathIllegalStateException;
import org.hipparchus.optim.ConvergenceChecker;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.PointValuePair;
import org.hipparchus.optim.SimpleBounds;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.CMAESOptimizer;
import org.hipparchus.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.hipparchus.optim.nonlinear.scalar.noderiv.SimplexOptimizer;
import org.hipparchus.random.MersenneTwister;

/** The least value of a function, found without derivatives; the same on every run. */
final class Search {
  /*
   * Each start goes downhill by evolution of a covariance (CMA-ES), which valleys across the
   * coordinates and forbidden regions do not stop; the best is made exact by simplexes, each begun
   * where the one before ended, until one finds nothing better.
   *
   * [1] Hansen, The CMA Evolution Strategy: A Tutorial, 2016.
   * [2] Nelder, Mead, A Simplex Method for Function Minimization, Computer Journal 1965.
   */

  private static final int SEED = 20260101;

  /** The first steps' size, in each coordinate. */
  private static final double STRIDE = 0.3;

  /** What is no longer worth looking for. */
  private static final double NEGLIGIBLE = 1e-7;

  private static final int MOST_SIMPLEXES = 20;

  private final ToDoubleFunction<double[]> cost;
  private double[] best;
  private double least = Double.POSITIVE_INFINITY;

  private Search(ToDoubleFunction<double[]> cost, double[] start) {
    this.cost = cost;
    this.best = start;
  }

  /** The point of least cost that was met from any of the starts. */
  static double[] least(ToDoubleFunction<double[]> cost, List<double[]> starts) {
    Search search = new Search(cost, starts.getFirst());
    starts.forEach(search::evolve);
    search.refine();
    return search.best;
  }

  private double met(double[] point) {
    double value = cost.applyAsDouble(point);
    if (value < least) {
      least = value;
      best = point.clone();
    }
    return value;
  }

  private void evolve(double[] start) {
    int dimensions = start.length;
    double[] strides = new double[dimensions];
    Arrays.fill(strides, STRIDE);
    CMAESOptimizer optimizer =
        new CMAESOptimizer(
            100 + 50 * dimensions,
            Double.NEGATIVE_INFINITY,
            true,
            0,
            0,
            new MersenneTwister(SEED),
            false,
            new Stalled(10 + dimensions));
    optimizer.optimize(
        new MaxEval(Integer.MAX_VALUE),
        new ObjectiveFunction((MultivariateFunction) this::met),
        GoalType.MINIMIZE,
        new InitialGuess(start),
        SimpleBounds.unbounded(dimensions),
        new CMAESOptimizer.Sigma(strides),
        new CMAESOptimizer.PopulationSize(4 + (int) (3 * Math.log(dimensions))));
  }

  private void refine() {
    double before;
    int simplexes = 0;
    do {
      before = least;
      simplex();
    } while (before - least > NEGLIGIBLE && ++simplexes < MOST_SIMPLEXES);
  }

  private void simplex() {
    try {
      new SimplexOptimizer(1e-12, NEGLIGIBLE / 10)
          .optimize(
              new MaxEval(300 * best.length),
              new ObjectiveFunction((MultivariateFunction) this::met),
              GoalType.MINIMIZE,
              new InitialGuess(best),
              new NelderMeadSimplex(best.length, STRIDE / 3));
    } catch (MathIllegalStateException _) {
      // as far as it came; the next one goes on from there
    }
  }

  /** Stops where the best of a generation has not become better for so many. Not thread-safe. */
  private static final class Stalled implements ConvergenceChecker<PointValuePair> {

    private final int patience;
    private double least = Double.POSITIVE_INFINITY;
    private int since;

    private Stalled(int patience) {
      this.patience = patience;
    }

    @Override
    public boolean converged(int iteration, PointValuePair previous, PointValuePair current) {
      double value = current.getValue();
      since = least - value > NEGLIGIBLE ? 0 : since + 1;
      least = Math.min(least, value);
      return since >= patience;
    }
  }
}
