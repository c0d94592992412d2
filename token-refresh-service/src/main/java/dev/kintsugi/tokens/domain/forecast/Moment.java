package dev.kintsugi.tokens.domain.forecast;

import java.util.Arrays;

/**
 * What is known of a user besides what the models say: features. All of it is of the last request,
 * but for what has come since for the user, which waits for an answer.
 */
record Moment(
    double lastGap,
    double gapBefore,
    double tenMinutes,
    double hour,
    double day,
    double week,
    double known,
    double isNew,
    double liveliness,
    int unanswered,
    double incomingSeconds,
    double atSeconds,
    Population population) {

  static final int COUNT = 21;

  private static final int FEW_REQUESTS = 5;

  static Moment of(UserActivity user, Population population) {
    return new Moment(
        (user.lastLogGap() - 7) * 0.3,
        (user.logGapBefore() - 7) * 0.3,
        Math.log1p(user.burst(0)),
        Math.log1p(user.burst(1)),
        Math.log1p(user.burst(2)),
        Math.log(0.1 + user.burst(3)),
        Math.log(0.1 + user.requests()) - 3,
        user.requests() < FEW_REQUESTS ? 1 : 0,
        user.liveliness(),
        user.unanswered(),
        user.silentSeconds(),
        user.lastSeconds(),
        population);
  }

  /** Writes {@link #COUNT} features of a time after the request. */
  void write(Intervals pieces, int piece, double[] row, int from) {
    double log = pieces.logMiddle(piece) - 6;
    int at = from;
    row[at++] = lastGap;
    row[at++] = gapBefore;
    row[at++] = tenMinutes;
    row[at++] = hour;
    row[at++] = day;
    row[at++] = week;
    row[at++] = known;
    row[at++] = isNew;
    row[at++] = liveliness;
    row[at++] = log;
    row[at++] = log * log * 0.1;
    row[at++] = log * lastGap * 0.3;
    row[at++] = log * hour * 0.2;
    row[at++] = log * liveliness * 0.3;
    double share = population.logHourShare(WeekHours.of(atSeconds + pieces.middle(piece)));
    row[at++] = share;
    row[at++] = share * log * 0.3;
    writeDue(pieces.middle(piece), log, row, at);
  }

  /** Whether an answer is due, and how that changes as time goes on. */
  private void writeDue(double seconds, double log, double[] row, int from) {
    if (unanswered == 0) {
      Arrays.fill(row, from, from + 5, 0);
      return;
    }
    double since = Math.log1p(Math.max(0, seconds - incomingSeconds)) - 6;
    int at = from;
    row[at++] = 1;
    row[at++] = since;
    row[at++] = since * since * 0.1;
    row[at++] = Math.log(unanswered);
    row[at] = log * 0.3;
  }
}
