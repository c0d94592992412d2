package dev.kintsugi.bench.tokens;

import dev.kintsugi.tokens.domain.forecast.Forecast;
import dev.kintsugi.tokens.domain.forecast.Forecaster;
import dev.kintsugi.tokens.domain.forecast.RateModel;
import dev.kintsugi.tokens.domain.forecast.RateModels;
import dev.kintsugi.tokens.domain.forecast.RenewalPlanner;
import dev.kintsugi.tokens.domain.forecast.UserActivity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our policy, at any number of operating points in one pass over the trace. */
final class Forecasting {

  private static final double LEAD = 0.25;

  private Forecasting() {}

  /** One cost of a renewal in stalls, and what came of it. */
  record Point(double cost, Ledger.Score score) {}

  /**
   * How fast it is at one operating point.
   *
   * @param perSecond requests learned from and planned for, one thread
   * @param p99Micros of one of them
   */
  record Speed(double perSecond, double p99Micros) {}

  static List<Point> replay(Requests requests, double life, double idle, double[] costs) {
    return replay(requests, life, idle, costs, RateModels.ALL);
  }

  static List<Point> replay(
      Requests requests, double life, double idle, double[] costs, List<RateModel> models) {
    Ledger[] ledgers = new Ledger[costs.length];
    Arrays.setAll(ledgers, _ -> new Ledger(requests.users(), life, idle, requests.middle()));
    run(requests, life, idle, costs, ledgers, forecaster(idle, models), null);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < costs.length; i++) {
      points.add(new Point(costs[i], ledgers[i].close((double) requests.last())));
    }
    return points;
  }

  static Speed speed(Requests requests, double life, double idle, double cost) {
    Ledger[] ledger = {new Ledger(requests.users(), life, idle, requests.middle())};
    long[] nanos = new long[requests.count()];
    run(requests, life, idle, new double[] {cost}, ledger, forecaster(idle, RateModels.ALL), nanos);
    double total = Arrays.stream(nanos).sum() / 1e9;
    Arrays.sort(nanos);
    return new Speed(nanos.length / total, nanos[(int) (nanos.length * 0.99)] / 1e3);
  }

  private static Forecaster forecaster(double idle, List<RateModel> models) {
    return Forecaster.of(Duration.ofMillis(Math.round(idle * 1000)), models);
  }

  private static void run(
      Requests requests,
      double life,
      double idle,
      double[] costs,
      Ledger[] ledgers,
      Forecaster forecaster,
      long @Nullable [] nanos) {
    RenewalPlanner planner = new RenewalPlanner();
    UserActivity[] users = new UserActivity[requests.users()];
    Arrays.setAll(users, _ -> forecaster.newUser());
    for (int i = 0; i < requests.count(); i++) {
      int user = requests.user()[i];
      double now = (double) requests.seconds()[i];
      for (Ledger ledger : ledgers) {
        ledger.request(user, now);
      }
      long began = nanos == null ? 0 : System.nanoTime();
      forecaster.observe(users[user], requests.seconds()[i] * 1000);
      Forecast forecast = forecaster.forecast(users[user]);
      for (int j = 0; j < costs.length; j++) {
        double[] times =
            planner.plan(forecast, ledgers[j].tokenEnds(user) - now, life, idle, LEAD, costs[j]);
        for (int k = 0; k < times.length; k++) {
          times[k] += now;
        }
        ledgers[j].plan(user, times);
      }
      if (nanos != null) {
        nanos[i] = System.nanoTime() - began;
      }
    }
  }
}
