package dev.kintsugi.client;

import java.time.Duration;

/**
 * How a client spares nodes that are in trouble, and itself from them. All bounds are those of one
 * client and, but for the retry budget, of one node.
 *
 * @param places ordinary calls at a node at once. Too low: a node that parks the calls of one
 *     moving slot for half a second makes those of its other slots wait; too high: a node that
 *     stands still takes the gateway's connections and memory
 * @param lastingPlaces long polls at a node at once, counted apart because each holds its place for
 *     seconds. Too low: event streams wait for each other; too high: as above
 * @param waiting calls that may wait for a place. Too low: callers get 503 in a stall that they
 *     would have outlasted; too high: their bodies fill the memory
 * @param firstReplays replays that a node gets at once when a crowd comes to it. Too low: the last
 *     of the crowd is late; too high: a new owner is busy with nothing else
 * @param mostReplays up to which that number doubles, round by round
 * @param breakerWindow attempts by which a node is judged. Too few: two broken connections bar a
 *     node that is well; too many: a dead one is called long after it died
 * @param breakerMinimum attempts before it is judged at all
 * @param breakerFailures percentage of them that bar it: not reached, lost or silent; whatever a
 *     node answers is no failure. Too low: a lossy network bars everybody; too high: a node that
 *     drops every second call is called on
 * @param breakerRest how long a barred node is left alone. Too short: it is hammered; too long: it
 *     is back and nobody notices. A new incarnation in the map starts afresh at once
 * @param breakerProbes attempts that are let through after that, all of which count
 * @param retryShare of the requests of the window that may be repeated at a node that failed; 0.1
 *     is ten percent
 * @param retryFloor retries per window whatever the requests
 * @param retryWindow what counts as recent for the budget
 */
public record GateSettings(
    int places,
    int lastingPlaces,
    int waiting,
    int firstReplays,
    int mostReplays,
    int breakerWindow,
    int breakerMinimum,
    int breakerFailures,
    Duration breakerRest,
    int breakerProbes,
    double retryShare,
    int retryFloor,
    Duration retryWindow) {

  /** What is said above, in numbers that suit a few hundred to a few thousand requests a second. */
  public static final GateSettings DEFAULTS =
      new GateSettings(
          1024,
          4096,
          4096,
          64,
          512,
          20,
          10,
          50,
          Duration.ofMillis(200),
          3,
          0.1,
          20,
          Duration.ofSeconds(10));

  private static final int LARGEST = 1_000_000;

  public GateSettings {
    within("places", places, 1, LARGEST);
    within("lasting-places", lastingPlaces, 1, LARGEST);
    within("waiting", waiting, 0, LARGEST);
    within("first-replays", firstReplays, 1, LARGEST);
    within("most-replays", mostReplays, firstReplays, LARGEST);
    within("breaker-window", breakerWindow, 1, 10_000);
    within("breaker-minimum", breakerMinimum, 1, breakerWindow);
    within("breaker-failures", breakerFailures, 1, 100);
    within("breaker-probes", breakerProbes, 1, 1000);
    within("retry-floor", retryFloor, 0, LARGEST);
    within("breaker-rest", breakerRest);
    within("retry-window", retryWindow);
    if (!(retryShare >= 0 && retryShare <= 1)) {
      throw new IllegalArgumentException("retry-share must be 0 to 1, got " + retryShare);
    }
  }

  private static void within(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be %d to %d, got %d".formatted(what, least, most, value));
    }
  }

  private static void within(String what, Duration value) {
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException(what + " must be 1 ms to 10 min, got " + value);
    }
  }
}
