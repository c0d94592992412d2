package dev.kintsugi.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long users pause: the gaps between one event of a user and that user's next one, pooled over
 * all users. Immutable.
 */
public final class GapStatistics {

  private final long[] sortedMillis;

  private GapStatistics(long[] sortedMillis) {
    this.sortedMillis = sortedMillis;
  }

  /** The gaps of events that are sorted by time. O(n log n). */
  public static GapStatistics of(List<ActivityEvent> events) {
    Map<TraceUser, Instant> last = new HashMap<>();
    long[] gaps = new long[events.size()];
    int count = 0;
    for (ActivityEvent event : events) {
      Instant before = last.put(event.user(), event.at());
      if (before != null) {
        gaps[count++] = Duration.between(before, event.at()).toMillis();
      }
    }
    long[] sorted = Arrays.copyOf(gaps, count);
    Arrays.sort(sorted);
    return new GapStatistics(sorted);
  }

  public int count() {
    return sortedMillis.length;
  }

  /** The gap that a share of all gaps (0 to 1) does not exceed; zero if there are no gaps. */
  public Duration quantile(double share) {
    if (sortedMillis.length == 0) {
      return Duration.ZERO;
    }
    int index = (int) Math.ceil(share * sortedMillis.length) - 1;
    return Duration.ofMillis(sortedMillis[Math.clamp(index, 0, sortedMillis.length - 1)]);
  }

  /** The share (0 to 1) of gaps shorter than a limit. */
  public double shareUnder(Duration limit) {
    long shorter = Arrays.stream(sortedMillis).filter(g -> g < limit.toMillis()).count();
    return sortedMillis.length == 0 ? 0 : (double) shorter / sortedMillis.length;
  }
}
