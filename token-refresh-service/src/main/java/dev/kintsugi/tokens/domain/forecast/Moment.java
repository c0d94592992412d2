package dev.kintsugi.tokens.domain.forecast;

/** What is known of a user at the last request, besides what the models say: features. */
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
    double atSeconds,
    Population population) {

  static final int COUNT = 16;

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
    row[at] = share * log * 0.3;
  }
}
