package dev.kintsugi.bench.tokens;

import java.util.Arrays;
import java.util.Locale;

/** Policies in use that know nothing of the user. */
enum FixedPolicy {
  /** On the request after the end. */
  REACTIVE {
    @Override
    double[] plan(double now, double tokenEnds, double sessionEnds, double life) {
      return NONE;
    }
  },

  /** On a request in the second half of the life, behind its back. */
  HALF_LIFE {
    @Override
    double[] plan(double now, double tokenEnds, double sessionEnds, double life) {
      return tokenEnds - now < life / 2 ? new double[] {now} : NONE;
    }
  },

  /** On a request in the last five minutes, behind its back, as the AWS SDK does if told to. */
  PREFETCH_ASYNC {
    @Override
    double[] plan(double now, double tokenEnds, double sessionEnds, double life) {
      return tokenEnds - now <= LEAD ? new double[] {now} : NONE;
    }
  },

  /** On a request in the last five minutes, which waits, as the AWS SDK does by default. */
  PREFETCH_BLOCKING {
    @Override
    double[] plan(double now, double tokenEnds, double sessionEnds, double life) {
      return NONE;
    }

    @Override
    boolean waits(double now, double tokenEnds) {
      return tokenEnds - now <= LEAD;
    }
  },

  /** Five minutes before the end, for as long as the session lives. */
  ALWAYS {
    @Override
    double[] plan(double now, double tokenEnds, double sessionEnds, double life) {
      double[] times = new double[(int) ((sessionEnds - now) / Math.max(1, life - LEAD)) + 2];
      int count = 0;
      for (double at = Math.max(now, tokenEnds - LEAD);
          at < sessionEnds && count < times.length;
          at += Math.max(1, life - LEAD)) {
        times[count++] = at;
      }
      return Arrays.copyOf(times, count);
    }
  };

  private static final double LEAD = 300;
  private static final double[] NONE = {};

  abstract double[] plan(double now, double tokenEnds, double sessionEnds, double life);

  /** Whether a request that finds a good token waits for another all the same. */
  boolean waits(double now, double tokenEnds) {
    return false;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Ledger.Score replay(Requests requests, double life, double idle) {
    Ledger ledger = new Ledger(requests.users(), life, idle, requests.middle());
    for (int i = 0; i < requests.count(); i++) {
      int user = requests.user()[i];
      double now = (double) requests.seconds()[i];
      double ended = ledger.tokenEnds(user);
      boolean known = now <= ledger.sessionEnds(user) && now <= ended;
      ledger.request(user, now);
      if (known && waits(now, ended)) {
        ledger.wait(user, now);
      }
      ledger.plan(user, plan(now, ledger.tokenEnds(user), ledger.sessionEnds(user), life));
    }
    return ledger.close((double) requests.last());
  }
}
