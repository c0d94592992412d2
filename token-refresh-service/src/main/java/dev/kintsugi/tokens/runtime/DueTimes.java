package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.DueTask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The schedule that all instances share; it survives each of them. Methods block and throw {@link
 * StoreUnavailableException}.
 */
public interface DueTimes {

  /** A task that is this instance's to do until the hold ends. */
  record Claimed(DueTask task, Instant at) {}

  /**
   * Counts of the whole schedule.
   *
   * @param overdue of them, those whose time has passed
   */
  record Counts(long planned, long overdue) {}

  /** Puts a task in, or moves it. */
  void plan(DueTask task, Instant at);

  void forget(DueTask task);

  /**
   * Takes tasks due by {@code horizon} for {@code hold} from {@code now}; if they are neither
   * planned anew nor forgotten by then, they are anybody's again.
   */
  List<Claimed> claim(Instant now, Instant horizon, Duration hold, int most);

  Counts counts(Instant now);
}
