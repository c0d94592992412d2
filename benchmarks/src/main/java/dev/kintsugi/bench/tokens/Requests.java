package dev.kintsugi.bench.tokens;

import dev.kintsugi.trace.ActivityEvent;
import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceUser;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The requests of a trace in the order of time: each user at most one in a second.
 *
 * @param seconds since 1970, of each request
 * @param user of each request, 0 to {@code users - 1}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Requests(String name, int users, long[] seconds, int[] user) {

  static Requests of(ActivityTrace trace) {
    Map<TraceUser, Integer> numbers = numbers(trace);
    long[] seconds = new long[trace.events().size()];
    int[] user = new int[seconds.length];
    long[] last = new long[numbers.size()];
    Arrays.fill(last, Long.MIN_VALUE);
    int count = 0;
    for (ActivityEvent event : trace.events()) {
      int number = Objects.requireNonNull(numbers.get(event.user()));
      long second = event.at().getEpochSecond();
      if (last[number] != second) {
        last[number] = second;
        seconds[count] = second;
        user[count++] = number;
      }
    }
    return new Requests(
        trace.name(), numbers.size(), Arrays.copyOf(seconds, count), Arrays.copyOf(user, count));
  }

  /** A number for each user who makes requests, in the order of their first ones. */
  static Map<TraceUser, Integer> numbers(ActivityTrace trace) {
    Map<TraceUser, Integer> numbers = new HashMap<>();
    for (ActivityEvent event : trace.events()) {
      numbers.putIfAbsent(event.user(), numbers.size());
    }
    return numbers;
  }

  int count() {
    return seconds.length;
  }

  /** Requests after this time are scored; those before it are learned from only. */
  double middle() {
    return (seconds[0] + seconds[seconds.length - 1]) / 2.0;
  }

  long last() {
    return seconds[seconds.length - 1];
  }
}
