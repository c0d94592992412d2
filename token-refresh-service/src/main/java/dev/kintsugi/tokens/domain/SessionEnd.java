package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** When a session ends however much it is used, as an application gives it. */
public sealed interface SessionEnd {

  /** When that is, of a grant that is handed in for the first time. */
  Instant first(Instant now);

  /**
   * When that is, of one that was handed in before.
   *
   * @param before as it was known until now; empty: it was not
   */
  Instant again(Optional<Instant> before, Instant now);

  /** At that time; the newest word counts. */
  record At(Instant time) implements SessionEnd {
    @Override
    public Instant first(Instant now) {
      return time;
    }

    @Override
    public Instant again(Optional<Instant> before, Instant now) {
      return time;
    }
  }

  /** So long after it is said; said again, it moves the end nearer or not at all. */
  record After(Duration time) implements SessionEnd {
    @Override
    public Instant first(Instant now) {
      return now.plus(time).truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public Instant again(Optional<Instant> before, Instant now) {
      Instant anew = first(now);
      return before.filter(anew::isAfter).orElse(anew);
    }
  }
}
