package dev.kintsugi.local.demo.plan;

import dev.kintsugi.trace.ActivityEvent;
import dev.kintsugi.trace.ActivityTrace;
import dev.kintsugi.trace.BusiestWindow;
import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * What a run is going to do: the busiest window of a trace, compressed into a length. Immutable.
 *
 * @param window the part of the trace
 * @param length of the replay
 * @param factor how many times faster than the trace; below 1 where the window is shorter than the
 *     run
 * @param tokenLifetime of access tokens, compressed with the window within bounds
 * @param users everybody who takes part, sorted
 * @param requests sorted by intended start
 */
public record ReplayPlan(
    BusiestWindow window,
    Duration length,
    double factor,
    Duration tokenLifetime,
    List<TraceUser> users,
    List<PlannedRequest> requests) {

  /**
   * Access tokens never live shorter than this: each refresh costs a signature, and the last second
   * or two of a token are of no use.
   */
  public static final Duration SHORTEST_TOKEN = Duration.ofSeconds(15);

  /** What access tokens live where time is hardly compressed. */
  public static final Duration USUAL_TOKEN = Duration.ofMinutes(2);

  /** What access tokens live in the trace's time, within these bounds. */
  private static final Duration TRACED_TOKEN = Duration.ofHours(1);

  private static final double LEAST_SPEED = 0.001;
  private static final double MOST_SPEED = 1e6;

  /** After which a user counts as gone, in the trace's time. */
  private static final Duration TRACED_IDLE = Duration.ofHours(8);

  public ReplayPlan {
    users = List.copyOf(users);
    requests = List.copyOf(requests);
  }

  private record Placed(int event, Duration start, Expansion.Sketch sketch, Instant tracedAt) {}

  /**
   * Makes a plan.
   *
   * @param length of the replay, positive
   */
  public static ReplayPlan of(ActivityTrace trace, int minUsers, int minRequests, Duration length) {
    BusiestWindow window =
        BusiestWindow.find(trace.events(), minUsers, minRequests, Expansion::requestsOf);
    double factor = (double) window.length().toMillis() / length.toMillis();
    TreeSet<TraceUser> users = new TreeSet<>();
    List<Placed> placed = new ArrayList<>();
    Expansion expansion = new Expansion();
    int index = 0;
    for (ActivityEvent event : window.events()) {
      users.add(event.user());
      users.addAll(event.peers());
      int number = index++;
      Duration start = start(window, event, number, length);
      expansion
          .expand(event)
          .forEach(s -> placed.add(new Placed(number, start.plus(s.delay()), s, event.at())));
    }
    placed.sort(Comparator.comparing(Placed::start));
    return new ReplayPlan(
        window, length, factor, tokenLifetime(factor), List.copyOf(users), numbered(placed));
  }

  /** A window without any length is spread evenly. */
  private static Duration start(
      BusiestWindow window, ActivityEvent event, int index, Duration length) {
    double share =
        window.length().isZero()
            ? (double) index / window.events().size()
            : (double) Duration.between(window.from(), event.at()).toMillis()
                / window.length().toMillis();
    return Duration.ofNanos((long) (share * length.toNanos()));
  }

  private static Duration tokenLifetime(double factor) {
    long seconds = (long) (TRACED_TOKEN.toSeconds() / factor);
    return Duration.ofSeconds(
        Math.clamp(seconds, SHORTEST_TOKEN.toSeconds(), USUAL_TOKEN.toSeconds()));
  }

  /** How many seconds of activity pass in one of the replay, as the token service takes it. */
  public double activitySpeed() {
    return Math.clamp(factor, LEAST_SPEED, MOST_SPEED);
  }

  /** After which without a use a grant is not renewed ahead any more: two tokens at least. */
  public Duration idleLimit() {
    long traced = (long) (TRACED_IDLE.toSeconds() / factor);
    long least = tokenLifetime.multipliedBy(2).toSeconds();
    return Duration.ofSeconds(Math.clamp(traced, least, TRACED_IDLE.toSeconds()));
  }

  private static List<PlannedRequest> numbered(List<Placed> placed) {
    List<PlannedRequest> requests = new ArrayList<>(placed.size());
    for (Placed p : placed) {
      requests.add(
          new PlannedRequest(
              requests.size(),
              p.event(),
              p.start(),
              p.sketch().actor(),
              p.sketch().user(),
              p.sketch().call(),
              p.tracedAt()));
    }
    return requests;
  }
}
