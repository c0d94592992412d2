package dev.kintsugi.bench.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.bench.series.EtsForm.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** R's own results, for every form that it does not refuse. */
class EtsReferenceTest {

  private static final String SEASONAL = "fit_ets_results_seasonal.json";
  private static final String NONSEASONAL = "fit_ets_results_nonseasonal.json";

  /** Of numbers with eight decimals. */
  private static final double ROUNDING = 5e-9;

  /** What R found for one form; the numbers are printed with eight decimals. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Reference(EtsForm form, JsonNode found, double[] series) {

    private static List<Reference> in(String file, int period) {
      JsonNode all = Fixtures.read(file);
      double[] series = series(all.get("FALSE").get(period == 1 ? "AAN" : "AAA"));
      List<Reference> references = new ArrayList<>();
      for (boolean damped : new boolean[] {false, true}) {
        all.get(damped ? "TRUE" : "FALSE")
            .properties()
            .forEach(entry -> {
              if (!entry.getValue().isEmpty()) {
                EtsForm form = EtsForm.of(entry.getKey(), damped, period);
                references.add(new Reference(form, entry.getValue(), series));
              }
            });
      }
      return references;
    }

    /** The series itself: where errors are additive, what was predicted and the error. */
    private static double[] series(JsonNode additive) {
      double[] series = Fixtures.numbers(additive.get("fitted"));
      double[] residuals = Fixtures.numbers(additive.get("residuals"));
      Arrays.setAll(series, i -> series[i] + residuals[i]);
      return series;
    }

    private double[] values(String name) {
      return Fixtures.numbers(found.get(name));
    }

    private double one(String name, double absent) {
      JsonNode value = found.get(name).get(0);
      return value.isNumber() ? value.asDouble() : absent;
    }

    private double logLikelihood() {
      return one("loglik", Double.NaN);
    }

    private ExponentialSmoothing model() {
      Smoothing smoothing =
          new Smoothing(one("alpha", 0), one("beta", 0), one("gamma", 0), one("phi", 1));
      return new ExponentialSmoothing(form, smoothing, values("initstate"));
    }

    @Override
    public String toString() {
      return form.toString();
    }
  }

  static List<Reference> references() {
    List<Reference> references = new ArrayList<>(Reference.in(NONSEASONAL, 1));
    references.addAll(Reference.in(SEASONAL, 4));
    return references;
  }

  private static void close(double[] ours, double[] theirs, double scale) {
    assertThat(ours).hasSameSizeAs(theirs);
    for (int i = 0; i < ours.length; i++) {
      double most = 1e-6 * Math.max(Math.abs(theirs[i]), scale) + ROUNDING;
      assertThat(ours[i]).as("at %d", i).isCloseTo(theirs[i], within(most));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("references")
  void at_their_parameters_everything_is_as_theirs(Reference reference) {
    EtsRun run = reference.model().run(reference.series());
    double scale = EtsStart.mean(reference.series());
    double errors = reference.form().error() == Part.ADDITIVE ? scale : 1;
    close(run.fitted(), reference.values("fitted"), scale);
    close(run.residuals(), reference.values("residuals"), errors);
    close(asTheirs(reference, run), reference.values("forecast"), scale);
    close(new double[] {run.sigma2()}, reference.values("sigma2"), 0);
    close(new double[] {run.logLikelihood()}, reference.values("loglik"), 0);
    double[][] states = run.states();
    assertThat(states).hasNumberOfRows(reference.found().get("states").size());
    for (int i = 0; i < states.length; i++) {
      JsonNode state = reference.found().get("states").get(i);
      double[] theirs =
          state.isNumber() ? new double[] {state.asDouble()} : Fixtures.numbers(state);
      close(states[i], theirs, scale);
    }
  }

  /**
   * Our forecast, but with the two slips of the R that made the references: in a damped trend's sum
   * of steps, phi + phi² + phi³ …, it takes phi + phi + phi² … where the trend multiplies, and 1 +
   * phi + phi² … where error and season do and the trend adds.
   */
  private static double[] asTheirs(Reference reference, EtsRun run) {
    EtsForm form = reference.form();
    boolean multiplies = form.trend() == Part.MULTIPLICATIVE;
    if (!form.damped() || (!multiplies && form.season() != Part.MULTIPLICATIVE)) {
      return run.forecast(4);
    }
    double phi = reference.one("phi", 1);
    double[] state = run.states()[reference.series().length];
    double[] forecast = new double[4];
    double steps = multiplies ? phi : 1;
    for (int h = 0; h < 4; h++) {
      double season = form.hasSeason() ? state[state.length - 1 - h] : 1;
      double base = multiplies ? state[0] * Math.pow(state[1], steps) : state[0] + steps * state[1];
      forecast[h] = base * season;
      steps += Math.pow(phi, h + 1);
    }
    return forecast;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("references")
  void a_fit_is_as_likely_as_theirs(Reference reference) {
    ExponentialSmoothing fit = ExponentialSmoothing.fit(reference.form(), reference.series());
    assertThat(fit.run(reference.series()).logLikelihood())
        .as("%s", fit)
        .isGreaterThan(reference.logLikelihood() - 1e-3);
  }

  @ParameterizedTest
  @CsvSource({
    "ANN,false",
    "AMN,true",
    "ANM,false",
    "AAM,true",
    "AMA,true",
    "MMA,false",
    "AMM,true"
  })
  void a_form_that_they_refuse_is_fitted_nonetheless(String code, boolean damped) {
    double[] series = Reference.in(SEASONAL, 4).getFirst().series();
    EtsForm form = EtsForm.of(code, damped, code.endsWith("N") ? 1 : 4);
    double likelihood = ExponentialSmoothing.fit(form, series).run(series).logLikelihood();
    assertThat(likelihood).isBetween(form.hasSeason() ? -215.0 : -300.0, -190.0);
  }
}
