package dev.kintsugi.bench.tokens;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All that was measured on one trace.
 *
 * @param oracle renewals of who knows the future
 * @param bytesPerUser of heap
 */
record Result(
    Activity activity,
    double life,
    double idle,
    Map<FixedPolicy, Ledger.Score> fixed,
    long oracle,
    List<Forecasting.Point> points,
    List<Forecasting.Speed> speeds,
    long bytesPerUser) {

  Requests requests() {
    return activity.requests();
  }

  Frontier frontier() {
    return Frontier.of(points, oracle);
  }

  Ledger.Score score(FixedPolicy policy) {
    return Objects.requireNonNull(fixed.get(policy), policy::label);
  }

  double times(Ledger.Score score) {
    return (double) score.renewals() / oracle;
  }

  long afterIdle() {
    return points.stream().mapToLong(point -> point.score().afterIdle()).sum();
  }

  /** The run of median speed. */
  Forecasting.Speed speed() {
    return speeds.stream()
        .sorted(Comparator.comparingDouble(Forecasting.Speed::perSecond))
        .toList()
        .get(speeds.size() / 2);
  }
}
