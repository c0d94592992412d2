package dev.kintsugi.bench.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Test;

class ArimaTest {

  private static final ArimaOrder AIRLINE = ArimaOrder.of(0, 1, 1).seasonal(0, 1, 1, 12);

  @Test
  void the_airline_model_is_as_published() {
    double[] series = AirPassengers.logarithms();
    Arima fit = Arima.fit(AIRLINE, series);
    assertThat(fit.ma()[0]).isCloseTo(-0.40184, within(5e-4));
    assertThat(fit.seasonalMa()[0]).isCloseTo(-0.55695, within(5e-4));
    ArimaRun run = fit.run(series);
    assertThat(run.logLikelihood()).isCloseTo(244.6965, within(1e-4));
    assertThat(run.sigma2()).isCloseTo(0.001348, within(1e-6));
    assertThat(run.forecast(3))
        .containsExactly(new double[] {6.1102, 6.0538, 6.1717}, within(1e-4));
  }

  @Test
  void at_the_published_parameters_the_airline_model_is_as_likely() {
    Arima model = Arima.of(AIRLINE).ma(-0.40184).seasonalMa(-0.55695).build();
    assertThat(model.run(AirPassengers.logarithms()).logLikelihood())
        .isCloseTo(244.6965, within(5e-5));
  }

  @Test
  void an_autoregression_beside_differences_is_as_published() {
    ArimaOrder order = ArimaOrder.of(2, 1, 1).seasonal(0, 1, 0, 12);
    Arima fit = Arima.fit(order, AirPassengers.series());
    assertThat(fit.ar()).containsExactly(new double[] {0.59598, 0.21428}, within(1e-3));
    assertThat(fit.ma()).containsExactly(new double[] {-0.98188}, within(1e-3));
    assertThat(fit.run(AirPassengers.series()).logLikelihood()).isCloseTo(-504.9234, within(1e-3));
  }

  /** A first-order autoregression's density is written down in any textbook. */
  @Test
  void a_first_order_autoregression_is_as_likely_as_by_hand() {
    double phi = 0.5;
    double[] y = {11, 10, 12};
    Arima model = Arima.of(ArimaOrder.of(1, 0, 0).withMean()).ar(phi).mean(10).build();
    double squares = (1 - phi * phi) * 1 + 0.25 + 4;
    double logLikelihood =
        -1.5 * Math.log(2 * Math.PI * 2) + 0.5 * Math.log(1 - phi * phi) - squares / 4;
    ArimaRun run = model.run(y);
    assertThat(run.logLikelihood(2)).isCloseTo(logLikelihood, within(1e-12));
    assertThat(run.sigma2()).isCloseTo(squares / 3, within(1e-12));
    assertThat(run.innovations()).containsExactly(new double[] {1, -0.5, 2}, within(1e-12));
    assertThat(run.forecast(2)).containsExactly(new double[] {11, 10.5}, within(1e-12));
  }

  @Test
  void a_first_order_moving_average_is_as_likely_as_by_hand() {
    Arima model = Arima.of(ArimaOrder.of(0, 0, 1)).ma(0.5).build();
    // The covariance is [[1.25, 0.5], [0.5, 1.25]], its determinant 1.3125.
    double squares = (1.25 * 1 - 2 * 0.5 * 1 * 2 + 1.25 * 4) / 1.3125;
    assertThat(model.run(1, 2).logLikelihood(1))
        .isCloseTo(-Math.log(2 * Math.PI) - 0.5 * Math.log(1.3125) - squares / 2, within(1e-12));
  }

  /** By the covariances of all values with each other, which takes no filter. */
  @Test
  void a_seasonal_model_is_as_likely_as_the_normal_density() {
    ArimaOrder order = ArimaOrder.of(2, 1, 1).seasonal(0, 1, 0, 12);
    Arima model = Arima.of(order).ar(0.59598, 0.21428).ma(-0.98188).build();
    double[] covariances = covariances(new double[] {0.59598, 0.21428}, -0.98188, 131);
    double[] y = AirPassengers.series();
    double[] x = new double[131];
    Arrays.setAll(x, t -> y[t + 13] - y[t + 12] - y[t + 1] + y[t]);
    double[][] matrix = new double[131][131];
    for (int i = 0; i < 131; i++) {
      for (int j = 0; j < 131; j++) {
        matrix[i][j] = 129.3 * covariances[Math.abs(i - j)];
      }
    }
    CholeskyDecomposition root = new CholeskyDecomposition(new Array2DRowRealMatrix(matrix));
    RealVector values = new ArrayRealVector(x);
    double squares = values.dotProduct(root.getSolver().solve(values));
    double logs = 131 * Math.log(2 * Math.PI) + Math.log(root.getDeterminant());
    assertThat(model.run(y).logLikelihood(129.3)).isCloseTo(-0.5 * (logs + squares), within(1e-7));
  }

  /**
   * Of a value with those after it, in units of the errors' variance, by the sum over all errors.
   */
  private static double[] covariances(double[] ar, double ma, int count) {
    double[] weights = new double[5_000];
    weights[0] = 1;
    weights[1] = ar[0] + ma;
    for (int i = 2; i < weights.length; i++) {
      weights[i] = ar[0] * weights[i - 1] + ar[1] * weights[i - 2];
    }
    double[] covariances = new double[count];
    for (int lag = 0; lag < count; lag++) {
      for (int i = 0; i + lag < weights.length; i++) {
        covariances[lag] += weights[i] * weights[i + lag];
      }
    }
    return covariances;
  }

  @Test
  void a_random_walk_with_drift_goes_on_as_it_went() {
    double[] y = {1, 4, 2, 7};
    Arima model = Arima.of(ArimaOrder.of(0, 1, 0).withMean()).mean(2).build();
    assertThat(model.run(y).forecast(3)).containsExactly(new double[] {9, 11, 13}, within(1e-12));
    assertThat(model.run(y).sigma2()).isCloseTo((1 + 16 + 9) / 3.0, within(1e-12));
  }

  @Test
  void a_season_that_is_differenced_comes_again() {
    double[] y = {1, 2, 3, 4, 5, 6};
    Arima model = Arima.of(ArimaOrder.of(0, 0, 0).seasonal(0, 1, 0, 3)).build();
    assertThat(model.run(y).forecast(4)).containsExactly(new double[] {4, 5, 6, 4}, within(1e-12));
  }

  @Test
  void a_mean_alone_is_the_average() {
    Arima fit = Arima.fit(ArimaOrder.of(0, 0, 0).withMean(), 1, 5, 2, 8, 4);
    assertThat(fit.mean()).isCloseTo(4, within(1e-3));
  }

  @Test
  void a_slowly_dying_autoregression_starts_from_its_wide_stationary_state() {
    Arima model = Arima.of(ArimaOrder.of(1, 0, 0)).ar(0.9999).build();
    assertThat(model.filter().variance()).isCloseTo(1 / (1 - 0.9999 * 0.9999), within(1e-6));
  }

  @Test
  void a_moving_average_that_is_not_invertible_is_as_likely_as_its_mirror_image() {
    double[] y = AirPassengers.logarithms();
    ArimaOrder order = ArimaOrder.of(0, 1, 1);
    double one = Arima.of(order).ma(2).build().run(y).logLikelihood();
    double other = Arima.of(order).ma(0.5).build().run(y).logLikelihood();
    assertThat(one).isCloseTo(other, within(1e-8));
  }

  @Test
  void bad_input_is_refused() {
    ArimaOrder order = ArimaOrder.of(1, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArimaOrder.of(-1, 0, 0))
        .withMessage("p must be zero or more, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> order.seasonal(1, 0, 0, 1))
        .withMessageContaining("got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arima.of(order).ar(1.01))
        .withMessage("ar must be stationary, got [1.01]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arima.of(order).ma(0.5))
        .withMessage("ma must be 0 numbers, got 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arima.of(order).ar(Double.NaN))
        .withMessageContaining("NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arima.of(order).mean(3))
        .withMessageContaining("got 3.0");
  }

  @Test
  void a_series_that_is_empty_too_short_or_not_finite_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arima.fit(AIRLINE, new double[0]))
        .withMessage("a series must have at least 18 values here, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arima.of(AIRLINE).build().run(new double[13]))
        .withMessageContaining("got 13");
    double[] broken = AirPassengers.series();
    broken[7] = Double.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arima.fit(AIRLINE, broken))
        .withMessage("a series must be finite, got NaN at 7");
    double[] fine = Arrays.copyOf(AirPassengers.series(), 20);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Arima.of(AIRLINE).build().run(fine).forecast(0))
        .withMessageContaining("got 0");
  }
}
