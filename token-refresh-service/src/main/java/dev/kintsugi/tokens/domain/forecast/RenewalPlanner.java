package dev.kintsugi.tokens.domain.forecast;

import java.util.Arrays;

/** Decides when to renew a token while its user is silent. Not thread-safe. */
public final class RenewalPlanner {

  /*
   * Optimal stopping by backward induction [1] over the time until the session ends. With no token
   * in hand, each moment offers a choice: renew now, which costs one renewal and covers a token's
   * life, or wait, which costs a stall and a renewal if the request comes meanwhile. A token in hand
   * is renewed just before it ends or not then: whoever renews earlier knows less and covers less.
   *
   * A request that finds a token with little life left brings the next renewal nearer, so covered
   * requests are charged with a part of a renewal for the life that the token has spent waiting.
   * What follows a request is the same whatever was planned, and drops out.
   *
   * The cost of a plan is at most a grid step of waiting away from the best one's.
   *
   * [1] Puterman, Markov Decision Processes, 1994, §4.
   */

  private static final int STEPS = 128;
  private static final int STEPS_PER_LIFE = 32;

  /** What a spent life costs, as a part of a renewal; between 0.5 and 1 it hardly matters. */
  private static final double SPENT_LIFE = 0.7;

  private static final int MOST_RENEWALS = 64;

  private final double[] probability = new double[STEPS + 1];
  private final double[] alive = new double[STEPS + 2];
  private final double[] mass = new double[STEPS + 2];
  private final double[] moment = new double[STEPS + 2];
  private final double[] cost = new double[STEPS + 2];
  private final boolean[] renew = new boolean[STEPS + 2];
  private int steps;
  private double step;

  /**
   * When the token is renewed if no request comes: seconds since the user's last request, in order.
   *
   * <p>Made some time after the request, because more is known by then: {@code tokenEnds} is at
   * least that time and {@code lead}, and nothing is renewed before that time.
   *
   * @param tokenEnds when the token in hand ends; 0 or less: there is none
   * @param life of a new token in seconds; positive
   * @param sessionEnds after which nothing is renewed; at most as far as the forecast reaches
   * @param lead how long before a token's end it is renewed
   * @param renewalCost of one renewal, in stalls; positive. 0.05: twenty renewals are worth a stall
   */
  public double[] plan(
      Forecast forecast,
      double tokenEnds,
      double life,
      double sessionEnds,
      double lead,
      double renewalCost) {
    double until = Math.min(sessionEnds, forecast.seconds());
    double first = Math.max(0, tokenEnds - lead);
    if (first >= until) {
      return new double[0];
    }
    prepare(forecast, first, until, life);
    induce(life, renewalCost);
    double[] times = new double[MOST_RENEWALS];
    int count = 0;
    double at = first;
    int index = 0;
    while (index < steps && at < until && count < MOST_RENEWALS) {
      if (renew[index]) {
        times[count++] = at;
        at += Math.max(step, life - lead);
        index = Math.max(index + 1, (int) ((at - first) / step));
      } else {
        index++;
        at = first + index * step;
      }
    }
    return Arrays.copyOf(times, count);
  }

  private void prepare(Forecast forecast, double first, double until, double life) {
    step = Math.max((until - first) / STEPS, life / STEPS_PER_LIFE);
    steps = Math.max(1, (int) Math.ceil((until - first) / step - 1e-9));
    forecast.probabilities(first, step, steps, probability);
    alive[0] = 1;
    for (int i = 0; i < steps; i++) {
      double ended = alive[i] * probability[i];
      alive[i + 1] = alive[i] - ended;
      mass[i + 1] = mass[i] + ended;
      moment[i + 1] = moment[i] + ended * (i + 0.5);
    }
  }

  private void induce(double life, double renewalCost) {
    double covered = life / step;
    cost[steps] = 0;
    for (int i = steps - 1; i >= 0; i--) {
      double waiting = probability[i] * (1 + renewalCost) + (1 - probability[i]) * cost[i + 1];
      double renewing = renewalCost + afterRenewal(i, covered, renewalCost);
      renew[i] = renewing < waiting;
      cost[i] = Math.min(renewing, waiting);
    }
  }

  private double afterRenewal(int from, double covered, double renewalCost) {
    if (alive[from] < 1e-12) {
      return 0;
    }
    double end = from + covered;
    int low = (int) Math.min(steps, end);
    double part = low >= steps ? 0 : end - low;
    int high = Math.min(steps, low + 1);
    double ended = mix(mass, low, high, part) - mass[from];
    double spent = mix(moment, low, high, part) - moment[from] - from * ended;
    double then = low >= steps ? 0 : mix(alive, low, high, part) * mix(cost, low, high, part);
    return (SPENT_LIFE * renewalCost * spent / covered + then) / alive[from];
  }

  private static double mix(double[] values, int low, int high, double part) {
    return values[low] + part * (values[high] - values[low]);
  }
}
