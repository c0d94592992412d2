package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.DueTask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The schedule that all instances share; it survives each of them. Each task stands in a share of
 * it ({@link Shares}). Methods block and throw {@link StoreUnavailableException}.
 */
public interface DueTimes {

  /** A task that is this instance's to do until the hold ends. */
  record Claimed(DueTask task, int share, Instant at) {}

  /**
   * Counts of the whole schedule.
   *
   * @param overdue of them, those whose time has passed
   */
  record Counts(long planned, long overdue) {}

  /** Puts a task in, or moves it. */
  void plan(DueTask task, int share, Instant at);

  void forget(DueTask task, int share);

  /**
   * Takes due tasks for {@code hold} from {@code now}; if they are neither planned anew nor
   * forgotten by then, they are anybody's again. Two that claim at once may both get a task.
   *
   * @param horizon until when a task of a share counts as due
   * @param most in all
   */
  List<Claimed> claim(Instant now, IntFunction<Instant> horizon, Duration hold, int most);

  Counts counts(Instant now);
}
