package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.UserId;
import dev.kintsugi.gateway.domain.Activity;
import dev.kintsugi.gateway.runtime.ActivityOutbox;
import dev.kintsugi.kit.Caller;
import dev.kintsugi.kit.Problems;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.springframework.http.HttpHeaders;

/** Reports what users did, once it was done. Thread-safe; never blocks. */
final class Activities {

  private static final int LAST_YEAR = 9999;

  private final ActivityOutbox outbox;
  private final Clock clock;
  private final boolean trustTime;

  /**
   * Reports to an outbox.
   *
   * @param trustTime whether callers may say by {@code Activity-Time} when it happened
   */
  Activities(ActivityOutbox outbox, Clock clock, boolean trustTime) {
    this.outbox = outbox;
    this.clock = clock;
    this.trustTime = trustTime;
  }

  /** When a request's activity counts as done; 400 for a trusted header that is no time. */
  Instant time(HttpHeaders headers) {
    Optional<String> given =
        trustTime ? Headers.single(headers, Headers.ACTIVITY_TIME) : Optional.empty();
    if (given.isEmpty()) {
      return clock.instant();
    }
    try {
      OffsetDateTime at = OffsetDateTime.parse(given.get());
      if (at.getYear() >= 0 && at.getYear() <= LAST_YEAR) {
        return at.toInstant();
      }
    } catch (DateTimeException _) {
      // Answered below like a year that RFC 3339 does not know.
    }
    throw Problems.malformed("Activity-Time must be a date and time as of RFC 3339.").asException();
  }

  /** Reports an activity of an end user; an application's own doings are nobody's activity. */
  void report(Caller caller, String kind, Instant at) {
    if (caller instanceof Caller.EndUser own) {
      report(caller, own.user(), kind, at);
    }
  }

  void report(Caller caller, UserId user, String kind, Instant at) {
    var _ = outbox.offer(new Activity(caller.application(), user, kind, at));
  }
}
