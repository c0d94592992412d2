package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.tokens.domain.forecast.Forecast;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A forecast as it looks from now on, given that no request has come until now. Immutable. Times
 * are seconds of activity from now.
 */
final class ForecastCurve {

  /** So far ahead is shown at most. */
  private static final Duration AHEAD = Duration.ofHours(8);

  private static final int STEPS = 96;
  private static final int HALVINGS = 50;

  /**
   * A point of it.
   *
   * @param probabilityUntilThen of a request before, 0 to 1
   */
  record Point(long afterSeconds, double probabilityUntilThen) {}

  private final Forecast forecast;
  private final double elapsed;

  /**
   * The rest of a forecast.
   *
   * @param elapsed seconds since the user's last request
   */
  ForecastCurve(Forecast forecast, double elapsed) {
    this.forecast = forecast;
    this.elapsed = elapsed;
  }

  /** How far it reaches; 0 where the user has been away for longer than is forecast. */
  double reach() {
    return Math.max(0, forecast.seconds() - elapsed);
  }

  /** Points from now on, at most 97, the closer to each other the sooner they are. */
  List<Point> points() {
    double shown = Math.min(reach(), (double) AHEAD.toSeconds());
    return LongStream.rangeClosed(0, STEPS)
        .map(step -> (long) (shown * (double) step * step / (STEPS * STEPS)))
        .distinct()
        .mapToObj(after -> new Point(after, until((double) after)))
        .toList();
  }

  /** Within how many seconds a request comes with this probability; empty: not as far as known. */
  Optional<Double> within(double probability) {
    double high = reach();
    if (until(high) < probability) {
      return Optional.empty();
    }
    double low = 0;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (until(middle) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return Optional.of(high);
  }

  private double until(double after) {
    // Of no time at all the forecast says minus zero.
    return Math.max(0.0, forecast.probability(elapsed, elapsed + after));
  }
}
