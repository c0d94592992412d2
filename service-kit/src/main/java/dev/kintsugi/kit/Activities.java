package dev.kintsugi.kit;

import dev.kintsugi.core.UserId;
import dev.kintsugi.log.activity.Activity;
import dev.kintsugi.log.activity.ActivityOutbox;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/** Reports what users did, once it was done. Thread-safe; never blocks. */
public final class Activities {

  /** When the user did it, where callers are trusted with that. */
  public static final String TIME = "Activity-Time";

  /**
   * In a request to a node: whoever sends it reports what its user did, or knows that it was
   * nobody's doing. Nothing proves it; a caller that sets it hides its own activity from forecasts,
   * and may wait for a token later.
   */
  public static final String TOLD = "Kintsugi-Activity";

  /** The value of {@link #TOLD}; its presence is what counts. */
  public static final String TOLD_VALUE = "told";

  private static final int LAST_YEAR = 9999;

  private final ActivityOutbox outbox;
  private final Clock clock;
  private final boolean trustTime;

  /**
   * Reports to an outbox.
   *
   * @param trustTime whether callers may say by {@link #TIME} when it happened
   */
  public Activities(ActivityOutbox outbox, Clock clock, boolean trustTime) {
    this.outbox = outbox;
    this.clock = clock;
    this.trustTime = trustTime;
  }

  /** Whether somebody else reports the activity of a request with these headers. */
  public static boolean isTold(HttpHeaders headers) {
    return headers.containsHeader(TOLD);
  }

  /** When a request's activity counts as done; 400 for a trusted header that is no time. */
  public Instant time(HttpHeaders headers) {
    List<String> given = trustTime ? headers.getOrEmpty(TIME) : List.of();
    if (given.isEmpty()) {
      return clock.instant();
    }
    return parsed(given)
        .orElseThrow(() ->
            Problems.malformed(TIME + " must be one date and time as of RFC 3339.").asException());
  }

  private static Optional<Instant> parsed(List<String> given) {
    if (given.size() > 1) {
      return Optional.empty();
    }
    try {
      OffsetDateTime at = OffsetDateTime.parse(given.getFirst());
      boolean known = at.getYear() >= 0 && at.getYear() <= LAST_YEAR;
      return known ? Optional.of(at.toInstant()) : Optional.empty();
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  /** Reports an activity of an end user; an application's own doings are nobody's activity. */
  public void report(Caller caller, String kind, Instant at) {
    if (caller instanceof Caller.EndUser own) {
      report(caller, own.user(), kind, at);
    }
  }

  /** Reports an activity of a user whom the caller may act for. */
  public void report(Caller caller, UserId user, String kind, Instant at) {
    var _ = outbox.offer(new Activity(caller.application(), user, kind, at));
  }
}
