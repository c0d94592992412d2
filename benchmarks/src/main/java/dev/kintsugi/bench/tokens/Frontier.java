package dev.kintsugi.bench.tokens;

import java.util.Comparator;
import java.util.List;

/** Renewals, in multiples of the oracle's, against stalls. */
record Frontier(List<Spot> spots) {

  /** One operating point. */
  record Spot(double stallPercent, double times) {}

  static Frontier of(List<Forecasting.Point> points, long oracle) {
    return new Frontier(
        points.stream()
            .map(point ->
                new Spot(point.score().stallPercent(), (double) point.score().renewals() / oracle))
            .sorted(Comparator.comparingDouble(Spot::stallPercent))
            .toList());
  }

  /** Renewals at a rate of stalls, linearly between its neighbours; infinite beyond the ends. */
  double at(double stallPercent) {
    for (int i = 0; i + 1 < spots.size(); i++) {
      Spot low = spots.get(i);
      Spot high = spots.get(i + 1);
      if (low.stallPercent() <= stallPercent && stallPercent <= high.stallPercent()) {
        double width = high.stallPercent() - low.stallPercent();
        double part = width == 0 ? 0 : (stallPercent - low.stallPercent()) / width;
        return low.times() + part * (high.times() - low.times());
      }
    }
    return Double.POSITIVE_INFINITY;
  }
}
