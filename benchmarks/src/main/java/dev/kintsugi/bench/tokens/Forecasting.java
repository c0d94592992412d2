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

/** Our policy, at any number of operating points in one pass over the trace. */
final class Forecasting implements Activity.Listener {

  private static final double LEAD = 0.25;

  private final double life;
  private final double idle;
  private final double[] costs;
  private final Ledger[] ledgers;
  private final Forecaster[] forecasters;
  private final UserActivity[] users;
  private final RenewalPlanner planner = new RenewalPlanner();
  private final Stopwatch stopwatch;

  private Forecasting(
      Activity activity, double life, double idle, double[] costs, List<RateModel> models) {
    Requests requests = activity.requests();
    this.life = life;
    this.idle = idle;
    this.costs = costs;
    this.ledgers = new Ledger[costs.length];
    Arrays.setAll(ledgers, _ -> new Ledger(requests.users(), life, idle, requests.middle()));
    this.forecasters = new Forecaster[activity.shares()];
    Duration horizon = Duration.ofMillis(Math.round(idle * 1000));
    Arrays.setAll(forecasters, _ -> Forecaster.of(horizon, models));
    this.users = new UserActivity[requests.users()];
    Arrays.setAll(users, user -> forecaster(user).newUser());
    this.stopwatch = new Stopwatch(requests.count() + activity.incoming().count());
  }

  /** One cost of a renewal in stalls, and what came of it. */
  record Point(double cost, Ledger.Score score) {}

  /**
   * How fast it is at one operating point.
   *
   * @param perSecond events learned from and decided by, one thread; those that come for users
   *     whose session has ended are paid for but not counted
   * @param p99Micros of one of them
   */
  record Speed(double perSecond, double p99Micros) {}

  static List<Point> replay(Activity activity, double life, double idle, double[] costs) {
    return replay(activity, life, idle, costs, RateModels.ALL);
  }

  static List<Point> replay(
      Activity activity, double life, double idle, double[] costs, List<RateModel> models) {
    Forecasting run = new Forecasting(activity, life, idle, costs, models);
    activity.replay(run);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < costs.length; i++) {
      points.add(new Point(costs[i], run.ledgers[i].close((double) activity.requests().last())));
    }
    return points;
  }

  static Speed speed(Activity activity, double life, double idle, double cost) {
    Forecasting run = new Forecasting(activity, life, idle, new double[] {cost}, RateModels.ALL);
    activity.replay(run);
    return run.stopwatch.speed();
  }

  @Override
  public void request(int user, long second) {
    double now = (double) second;
    for (Ledger ledger : ledgers) {
      ledger.request(user, now);
    }
    stopwatch.start();
    forecaster(user).observe(users[user], second * 1000);
    decide(user, now);
    stopwatch.stop(true);
  }

  /** The session goes on in silence; what was planned for it may be wrong now. */
  @Override
  public void incoming(int user, long second) {
    double now = (double) second;
    boolean alive = now < ledgers[0].sessionEnds(user);
    if (alive) {
      for (Ledger ledger : ledgers) {
        ledger.planAnew(user, now);
      }
    }
    stopwatch.start();
    forecaster(user).observeIncoming(users[user], second * 1000);
    if (alive) {
      decide(user, now);
    }
    stopwatch.stop(alive);
  }

  private Forecaster forecaster(int user) {
    return forecasters[user % forecasters.length];
  }

  private void decide(int user, double now) {
    double last = users[user].lastSeconds();
    Forecast forecast = forecaster(user).forecast(users[user]);
    for (int i = 0; i < costs.length; i++) {
      double tokenEnds = Math.max(ledgers[i].tokenEnds(user), now + LEAD) - last;
      double[] times = planner.plan(forecast, tokenEnds, life, idle, LEAD, costs[i]);
      for (int j = 0; j < times.length; j++) {
        times[j] += last;
      }
      ledgers[i].plan(user, times);
    }
  }

  private static final class Stopwatch {

    private final long[] nanos;
    private int count;
    private long uncounted;
    private long began;

    Stopwatch(int most) {
      this.nanos = new long[most];
    }

    void start() {
      began = System.nanoTime();
    }

    void stop(boolean counted) {
      long took = System.nanoTime() - began;
      if (counted) {
        nanos[count++] = took;
      } else {
        uncounted += took;
      }
    }

    Speed speed() {
      long[] all = Arrays.copyOf(nanos, count);
      Arrays.sort(all);
      double total = (Arrays.stream(all).sum() + uncounted) / 1e9;
      return new Speed(count / total, all[(int) (count * 0.99)] / 1e3);
    }
  }
}
