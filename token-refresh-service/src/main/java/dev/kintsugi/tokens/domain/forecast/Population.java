package dev.kintsugi.tokens.domain.forecast;

/** What is known of all users together: the prior of new ones. Not thread-safe. */
public final class Population {

  /*
   * Hours' shares are taken over once a week, not with each request. What is learned from a gap is
   * learned at its end, when the hours that it spans have had their requests; what is forecast is
   * forecast before. Shares that move meanwhile are larger in hours without a request of the user
   * than in the hour of the next one, whatever users do, and their weight comes out too small.
   */

  private static final double LIVELY_SECONDS = 900;
  private static final double DAY_DECAY = 0.98;

  /** Of old weeks and new: until then shares are taken over daily, for want of a better. */
  private static final double FEW_WEEKS = 4;

  private final double[] gaps = new double[GapBins.COUNT];
  private final double[] exposure = new double[GapBins.COUNT];
  private final double[] hours = new double[WeekHours.COUNT];
  private double hoursTotal;
  private final double[] requests = new double[WeekHours.COUNT];
  private double weeks;
  private final double[] shares = new double[WeekHours.COUNT];
  private final double[] logShares = new double[WeekHours.COUNT];
  private double lively;
  private long lastMillis = Long.MIN_VALUE;

  Population() {
    takeShares();
  }

  /** Writes or reads everything. */
  void exchange(State state) {
    state.numbers(gaps);
    state.numbers(exposure);
    state.numbers(hours);
    hoursTotal = state.number(hoursTotal);
    state.numbers(requests);
    weeks = state.number(weeks);
    lively = state.number(lively);
    lastMillis = state.number(lastMillis);
    state.numbers(shares);
    state.numbers(logShares);
  }

  /** Takes a gap in, of at most {@code seconds} if it went on. */
  void addGap(double seconds) {
    int bin = GapBins.of(seconds);
    for (int i = 0; i < bin; i++) {
      exposure[i] += GapBins.width(i);
    }
    exposure[bin] += seconds - GapBins.start(bin);
    gaps[bin]++;
  }

  /** Takes a request in; those of different users may come a little out of order. */
  void addRequest(long atMillis, boolean firstOfHour) {
    long last = lastMillis == Long.MIN_VALUE ? atMillis : lastMillis;
    double seconds = Math.max(0, atMillis - last) / 1000.0;
    lively = lively * Math.exp(-seconds / LIVELY_SECONDS) + 1;
    long day = Math.floorDiv(atMillis, 86_400_000L);
    long days = day - Math.floorDiv(last, 86_400_000L);
    if (days > 0) {
      double left = Math.pow(DAY_DECAY, (double) days);
      for (int i = 0; i < WeekHours.COUNT; i++) {
        requests[i] *= left;
        hours[i] *= left;
      }
      hoursTotal *= left;
      weeks = weeks * left + days / 7.0;
      if (weeks < FEW_WEEKS || Math.floorDiv(day, 7L) > Math.floorDiv(day - days, 7L)) {
        takeShares();
      }
    }
    int hour = WeekHours.of(atMillis / 1000.0);
    requests[hour]++;
    if (firstOfHour) {
      hours[hour]++;
      hoursTotal++;
    }
    lastMillis = Math.max(last, atMillis);
  }

  /** Requests per second of those who made none until this bin of their gap. */
  double gapRate(int bin) {
    return (gaps[bin] + 0.5) / (exposure[bin] + 1800);
  }

  private void takeShares() {
    for (int i = 0; i < WeekHours.COUNT; i++) {
      shares[i] = (hours[i] + 0.1) / (hoursTotal + 0.1 * WeekHours.COUNT);
      logShares[i] = Math.log(shares[i] * WeekHours.COUNT);
    }
  }

  /** This hour's part of everybody's hours of activity; a 168th where nothing is known. */
  double hourShare(int hour) {
    return shares[hour];
  }

  /** The logarithm of how much more is done in this hour than in a mean one. */
  double logHourShare(int hour) {
    return logShares[hour];
  }

  /** The logarithm of how much more is going on now than is usual at this hour of the week. */
  double liveliness(long atMillis) {
    if (lastMillis == Long.MIN_VALUE) {
      return 0;
    }
    double now = lively * Math.exp(-Math.max(0, atMillis - lastMillis) / 1000.0 / LIVELY_SECONDS);
    double usual =
        requests[WeekHours.of(atMillis / 1000.0)] / Math.max(1, weeks) * LIVELY_SECONDS / 3600;
    return Math.log((now + 1) / (usual + 1));
  }
}
