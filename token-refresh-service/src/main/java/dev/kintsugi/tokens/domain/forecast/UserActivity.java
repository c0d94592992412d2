package dev.kintsugi.tokens.domain.forecast;

/**
 * What is remembered of one user's requests: about 800 bytes of heap, whatever their number. Not
 * thread-safe; a request costs O(1), amortised.
 */
public final class UserActivity {

  static final int RECENT = 0;
  static final int LASTING = 1;

  /** So many of the newest requests can be shown. */
  private static final int RECENT_TIMES = 16;

  /** Memories of bursts, in seconds. */
  private static final double[] BURSTS = {600, 3600, 86_400, 604_800};

  private static final double[] LEAST_WEIGHT = {0.2, 0.03};
  private static final double GAP_DECAY = 0.99;
  private static final double DAY_DECAY = 0.98;
  private static final double LOSS_DECAY = 0.95;
  private static final float LARGEST_UNIT = 1e6f;
  private static final double USUAL_LOG_GAP = 7;
  private static final double USUAL_VARIANCE = 4;

  private final float[] gaps = new float[GapBins.COUNT];
  private float gapUnit = 1;
  private float gapTotal;
  private final short[] weekHours = new short[WeekHours.COUNT];
  private float activeHours;
  private final float[] bursts = new float[BURSTS.length];
  private final float[] means = {(float) USUAL_LOG_GAP, (float) USUAL_LOG_GAP};
  private final float[] variances = {(float) USUAL_VARIANCE, (float) USUAL_VARIANCE};
  private final float[] losses;
  private float lastGap = (float) USUAL_LOG_GAP;
  private float gapBefore = (float) USUAL_LOG_GAP;
  private float bias;
  private float liveliness;
  private final int[] recentSeconds = new int[RECENT_TIMES];
  private int requests;
  private long firstMillis;
  private long lastMillis;
  private int unanswered;
  private long lastIncomingMillis;

  /** A user of whom nothing is known, for a forecaster of so many models. */
  UserActivity(int models) {
    this.losses = new float[models];
  }

  /** Writes or reads everything. */
  void exchange(State state) {
    state.numbers(gaps);
    gapUnit = state.number(gapUnit);
    gapTotal = state.number(gapTotal);
    state.halves(weekHours);
    activeHours = state.number(activeHours);
    state.numbers(bursts);
    state.numbers(means);
    state.numbers(variances);
    state.numbers(losses);
    lastGap = state.number(lastGap);
    gapBefore = state.number(gapBefore);
    bias = state.number(bias);
    liveliness = state.number(liveliness);
    state.numbers(recentSeconds);
    requests = state.count(requests);
    firstMillis = state.number(firstMillis);
    lastMillis = state.number(lastMillis);
    unanswered = state.count(unanswered);
    lastIncomingMillis = state.number(lastIncomingMillis);
    if (!(gapUnit > 0) || firstMillis > lastMillis) {
      throw new IllegalArgumentException("a state that no requests lead to");
    }
  }

  /** Whether there was none yet. */
  public boolean isNew() {
    return requests == 0;
  }

  /**
   * Takes a request in.
   *
   * @param atMillis since 1970; not before the last one
   * @throws IllegalArgumentException if it is
   */
  void add(long atMillis) {
    if (requests > 0 && atMillis < lastMillis) {
      throw new IllegalArgumentException(
          "requests must come in order: " + atMillis + " after " + lastMillis);
    }
    if (requests == 0) {
      firstMillis = atMillis;
    } else {
      addGap((atMillis - lastMillis) / 1000.0);
    }
    addHour(atMillis);
    for (int i = 0; i < BURSTS.length; i++) {
      bursts[i]++;
    }
    recentSeconds[requests % RECENT_TIMES] = (int) Math.floorDiv(atMillis, 1000L);
    requests = requests == Integer.MAX_VALUE ? requests : requests + 1;
    lastMillis = atMillis;
    unanswered = 0;
  }

  /**
   * Takes in that something has come for the user. If it comes late, it counts as of the newest
   * event; before the first request nothing is noted.
   */
  void addIncoming(long atMillis) {
    if (isNew()) {
      return;
    }
    lastIncomingMillis = Math.max(atMillis, lastMillis + silentMillis());
    unanswered = unanswered == Integer.MAX_VALUE ? unanswered : unanswered + 1;
  }

  /** For how long the user is known to have been silent since the last request; 0 or more. */
  private long silentMillis() {
    return unanswered == 0 ? 0 : Math.max(0, lastIncomingMillis - lastMillis);
  }

  /** The same in seconds: from the last request to the newest thing that came for the user. */
  double silentSeconds() {
    return silentMillis() / 1000.0;
  }

  /** How many things have come for the user since the last request. */
  public int unanswered() {
    return unanswered;
  }

  private void addGap(double seconds) {
    gaps[GapBins.of(seconds)] += gapUnit;
    gapTotal += gapUnit;
    gapUnit /= (float) GAP_DECAY;
    if (gapUnit > LARGEST_UNIT) {
      for (int i = 0; i < gaps.length; i++) {
        gaps[i] /= gapUnit;
      }
      gapTotal /= gapUnit;
      gapUnit = 1;
    }
    double log = Math.log1p(seconds);
    for (int memory = 0; memory < means.length; memory++) {
      double weight = Math.max(LEAST_WEIGHT[memory], 1.0 / (requests + 1));
      double off = log - means[memory];
      means[memory] += (float) (weight * off);
      variances[memory] += (float) (weight * (off * off - variances[memory]));
    }
    gapBefore = lastGap;
    lastGap = (float) log;
    for (int i = 0; i < BURSTS.length; i++) {
      bursts[i] *= (float) Math.exp(-seconds / BURSTS[i]);
    }
  }

  private void addHour(long atMillis) {
    long day = Math.floorDiv(atMillis, 86_400_000L);
    long lastDay = Math.floorDiv(lastMillis, 86_400_000L);
    if (requests > 0 && day > lastDay) {
      float left = (float) Math.pow(DAY_DECAY, (double) (day - lastDay));
      for (int i = 0; i < weekHours.length; i++) {
        weekHours[i] = Float.floatToFloat16(Float.float16ToFloat(weekHours[i]) * left);
      }
      activeHours *= left;
    }
    if (requests == 0
        || Math.floorDiv(atMillis, 3_600_000L) > Math.floorDiv(lastMillis, 3_600_000L)) {
      int hour = WeekHours.of(atMillis / 1000.0);
      weekHours[hour] = Float.floatToFloat16(Float.float16ToFloat(weekHours[hour]) + 1);
      activeHours++;
    }
  }

  /** Notes how wrong each model was about the last gap, or the next part of it. */
  void addLosses(double[] last, boolean newGap) {
    double kept = newGap ? LOSS_DECAY : 1;
    for (int i = 0; i < losses.length; i++) {
      losses[i] = (float) (kept * losses[i] + last[i]);
    }
  }

  double loss(int model) {
    return losses[model];
  }

  double bias() {
    return bias;
  }

  void shiftBias(double by, double keep) {
    bias = (float) (bias * keep + by);
  }

  /** How lively everybody was at the last request, as {@link Population#liveliness} says. */
  double liveliness() {
    return liveliness;
  }

  void noteLiveliness(double atLastRequest) {
    liveliness = (float) atLastRequest;
  }

  public long lastMillis() {
    return lastMillis;
  }

  public double lastSeconds() {
    return lastMillis / 1000.0;
  }

  public int requests() {
    return requests;
  }

  /** When the newest requests came, in seconds since 1970, the oldest first; to be looked at. */
  public long[] recentSeconds() {
    int count = Math.min(requests, RECENT_TIMES);
    long[] seconds = new long[count];
    for (int i = 0; i < count; i++) {
      seconds[i] = Integer.toUnsignedLong(recentSeconds[(requests - count + i) % RECENT_TIMES]);
    }
    return seconds;
  }

  /** In how many weeks there was a request in each hour of the week, old ones counted less. */
  public double[] weekHours() {
    double[] hours = new double[WeekHours.COUNT];
    for (int i = 0; i < hours.length; i++) {
      hours[i] = activeIn(i);
    }
    return hours;
  }

  double gapsIn(int bin) {
    return gaps[bin] / gapUnit;
  }

  double gaps() {
    return gapTotal / gapUnit;
  }

  double activeIn(int hour) {
    return Float.float16ToFloat(weekHours[hour]);
  }

  double activeHours() {
    return activeHours;
  }

  /** For how long the user is known, old weeks counted less, as their hours are; not 0. */
  double weeks() {
    double days = Math.max(1, (lastMillis - firstMillis) / 86_400_000.0);
    return (1 - Math.pow(DAY_DECAY, days)) / (1 - Math.pow(DAY_DECAY, 7));
  }

  double meanLogGap(int memory) {
    return means[memory];
  }

  double logGapVariance(int memory) {
    return variances[memory];
  }

  double burst(int memory) {
    return bursts[memory];
  }

  public double lastLogGap() {
    return lastGap;
  }

  double logGapBefore() {
    return gapBefore;
  }
}
