package dev.kintsugi.bench.tokens;

import dev.kintsugi.trace.ActivityEvent;
import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.TraceUser;
import java.util.Arrays;
import java.util.Map;

/**
 * What came for the users of a trace, in the order of time: each user is told at most once in a
 * second. What comes for those who never make a request is left out.
 *
 * @param seconds since 1970, of each
 * @param user of each, as in {@link Requests}
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Incoming(long[] seconds, int[] user) {

  static final Incoming NONE = new Incoming(new long[0], new int[0]);

  static Incoming of(ActivityTrace trace) {
    Map<TraceUser, Integer> numbers = Requests.numbers(trace);
    int most = trace.events().stream().mapToInt(event -> event.peers().size()).sum();
    long[] seconds = new long[most];
    int[] user = new int[most];
    long[] last = new long[numbers.size()];
    Arrays.fill(last, Long.MIN_VALUE);
    int count = 0;
    for (ActivityEvent event : trace.events()) {
      long second = event.at().getEpochSecond();
      for (TraceUser peer : event.peers()) {
        Integer number = numbers.get(peer);
        if (number != null && !peer.equals(event.user()) && last[number] != second) {
          last[number] = second;
          seconds[count] = second;
          user[count++] = number;
        }
      }
    }
    return new Incoming(Arrays.copyOf(seconds, count), Arrays.copyOf(user, count));
  }

  int count() {
    return seconds.length;
  }
}
