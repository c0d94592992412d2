package dev.kintsugi.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * The shortest stretch of a trace that holds enough users and enough requests.
 *
 * @param events its events by time, all of them between {@code from} and {@code to}
 * @param from the time of its first event
 * @param to the time of its last event
 * @param users the distinct users that act or are acted upon
 * @param requests the requests that its events make
 * @param enough false if even the whole trace, which this is then, holds too few
 */
public record BusiestWindow(
    List<ActivityEvent> events,
    Instant from,
    Instant to,
    int users,
    long requests,
    boolean enough) {

  public BusiestWindow {
    events = List.copyOf(events);
  }

  public Duration length() {
    return Duration.between(from, to);
  }

  /**
   * Finds it with two pointers that only go forward: O(events + peers) time, O(users) memory. Of
   * several as short, the earliest wins.
   *
   * @param events sorted by time, at least one
   * @param requestsOf the number of requests that an event makes, whatever else is in the window
   */
  public static BusiestWindow find(
      List<ActivityEvent> events,
      int minUsers,
      long minRequests,
      ToIntFunction<ActivityEvent> requestsOf) {
    if (events.isEmpty()) {
      throw new IllegalArgumentException("a window needs at least one event");
    }
    Tally tally = new Tally(requestsOf);
    int bestFrom = -1;
    int bestTo = -1;
    Duration best = Duration.ofSeconds(Long.MAX_VALUE);
    int from = 0;
    for (int to = 0; to < events.size(); to++) {
      tally.add(events.get(to));
      while (from <= to && tally.users() >= minUsers && tally.requests >= minRequests) {
        Duration length = Duration.between(events.get(from).at(), events.get(to).at());
        if (length.compareTo(best) < 0) {
          best = length;
          bestFrom = from;
          bestTo = to;
        }
        tally.remove(events.get(from++));
      }
    }
    return bestFrom < 0
        ? of(events, requestsOf, false)
        : of(events.subList(bestFrom, bestTo + 1), requestsOf, true);
  }

  private static BusiestWindow of(
      List<ActivityEvent> events, ToIntFunction<ActivityEvent> requestsOf, boolean enough) {
    Tally tally = new Tally(requestsOf);
    events.forEach(tally::add);
    return new BusiestWindow(
        events,
        events.getFirst().at(),
        events.getLast().at(),
        tally.users(),
        tally.requests,
        enough);
  }

  /** Users and requests of the events between two pointers. */
  private static final class Tally {

    private final ToIntFunction<ActivityEvent> requestsOf;
    private final Map<TraceUser, Integer> occurrences = new HashMap<>();
    private long requests;

    Tally(ToIntFunction<ActivityEvent> requestsOf) {
      this.requestsOf = requestsOf;
    }

    int users() {
      return occurrences.size();
    }

    void add(ActivityEvent event) {
      requests += requestsOf.applyAsInt(event);
      usersOf(event).forEach(user -> occurrences.merge(user, 1, Integer::sum));
    }

    void remove(ActivityEvent event) {
      requests -= requestsOf.applyAsInt(event);
      usersOf(event)
          .forEach(user -> occurrences.computeIfPresent(user, (_, n) -> n == 1 ? null : n - 1));
    }

    private static Set<TraceUser> usersOf(ActivityEvent event) {
      Set<TraceUser> users = new HashSet<>(event.peers());
      users.add(event.user());
      return users;
    }
  }
}
