package dev.kintsugi.bench.tokens;

import java.util.Arrays;

/**
 * What one policy's tokens did, in exact time: a renewal at r gives a token that is good in (r +
 * 0.2 s, r + life]; a session dies after the idle limit, and the next request signs in. Not
 * thread-safe.
 */
final class Ledger {

  /** What a renewal takes, in seconds. */
  static final double RENEWAL_SECONDS = 0.2;

  private static final double[] NONE = {};

  private final double life;
  private final double idle;
  private final double scoredFrom;
  private final double[] ends;
  private final double[] goodFrom;
  private final double[] endsBefore;
  private final double[] lastRequest;
  private final boolean[] used;
  private final double[][] plans;

  private long requests;
  private long stalls;
  private long renewals;
  private long wasted;
  private long afterIdle;
  private long earlierRequests;
  private long earlierStalls;

  /** What came of it, in the scored half; {@code earlier} of what came before. */
  record Score(
      long requests,
      long stalls,
      long renewals,
      long wasted,
      long afterIdle,
      double earlierStallPercent) {

    double stallPercent() {
      return requests == 0 ? 0 : 100.0 * stalls / requests;
    }
  }

  Ledger(int users, double life, double idle, double scoredFrom) {
    this.life = life;
    this.idle = idle;
    this.scoredFrom = scoredFrom;
    this.ends = new double[users];
    this.goodFrom = new double[users];
    this.endsBefore = new double[users];
    this.lastRequest = new double[users];
    this.used = new boolean[users];
    this.plans = new double[users][];
    Arrays.fill(lastRequest, Double.NEGATIVE_INFINITY);
    Arrays.fill(plans, NONE);
  }

  double tokenEnds(int user) {
    return ends[user];
  }

  double sessionEnds(int user) {
    return lastRequest[user] + idle;
  }

  /** A request comes: what was planned until then has happened. */
  void request(int user, double at) {
    boolean scored = at > scoredFrom;
    renew(user, at);
    plans[user] = NONE;
    boolean signIn = at - lastRequest[user] > idle;
    if (scored) {
      requests++;
    } else {
      earlierRequests++;
    }
    if (signIn) {
      token(user, at, at, scored);
      endsBefore[user] = 0;
      goodFrom[user] = 0;
      used[user] = true;
    } else if (at <= endsBefore[user] || (at > goodFrom[user] && at <= ends[user])) {
      used[user] |= at > goodFrom[user];
    } else {
      stall(scored);
      if (at > ends[user]) {
        renewed(user, at, scored);
      }
      used[user] = true;
    }
    lastRequest[user] = at;
  }

  /** The request just told waits for a renewal though it need not. */
  void wait(int user, double at) {
    boolean scored = at > scoredFrom;
    stall(scored);
    renewed(user, at, scored);
    used[user] = true;
  }

  /** What was planned until then has happened; the rest is given up. */
  void planAnew(int user, double from) {
    renew(user, from);
    plans[user] = NONE;
  }

  /** When the token is renewed until the next request, in order; not before the last one. */
  void plan(int user, double[] times) {
    plans[user] = times;
  }

  /** The trace has ended. */
  Score close(double at) {
    for (int user = 0; user < plans.length; user++) {
      renew(user, at);
    }
    return new Score(
        requests,
        stalls,
        renewals,
        wasted,
        afterIdle,
        earlierRequests == 0 ? 0 : 100.0 * earlierStalls / earlierRequests);
  }

  private void renew(int user, double before) {
    for (double time : plans[user]) {
      if (time >= before) {
        return;
      }
      if (time > sessionEnds(user) && time > scoredFrom) {
        afterIdle++;
      }
      renewed(user, time, time > scoredFrom);
    }
  }

  private void renewed(int user, double at, boolean scored) {
    if (scored) {
      renewals++;
    }
    token(user, at, at + RENEWAL_SECONDS, scored);
  }

  private void token(int user, double at, double from, boolean scored) {
    if (!used[user] && scored && lastRequest[user] > Double.NEGATIVE_INFINITY) {
      wasted++;
    }
    endsBefore[user] = ends[user];
    goodFrom[user] = from;
    ends[user] = at + life;
    used[user] = false;
  }

  private void stall(boolean scored) {
    if (scored) {
      stalls++;
    } else {
      earlierStalls++;
    }
  }
}
