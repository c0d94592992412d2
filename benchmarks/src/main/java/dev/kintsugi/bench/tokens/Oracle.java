package dev.kintsugi.bench.tokens;

import java.util.Arrays;

/** Who knows what comes: no stall, and no renewal more than that takes. */
final class Oracle {

  private Oracle() {}

  /** Renewals in the scored half. */
  static long renewals(Requests requests, double life, double idle) {
    double[] ends = new double[requests.users()];
    double[] last = new double[requests.users()];
    Arrays.fill(last, Double.NEGATIVE_INFINITY);
    long renewals = 0;
    for (int i = 0; i < requests.count(); i++) {
      int user = requests.user()[i];
      double now = (double) requests.seconds()[i];
      if (now - last[user] > idle) {
        ends[user] = now + life;
      } else if (now > ends[user]) {
        // As late as it can: the token is there when it is asked for.
        ends[user] = now - Ledger.RENEWAL_SECONDS + life;
        renewals += now > requests.middle() ? 1 : 0;
      }
      last[user] = now;
    }
    return renewals;
  }
}
