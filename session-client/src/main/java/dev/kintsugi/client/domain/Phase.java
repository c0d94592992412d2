package dev.kintsugi.client.domain;

import java.util.Optional;

/** Where a {@link Pursuit} stands. */
sealed interface Phase {

  /** Before the start: newer maps are taken over, nothing is sent. */
  record New() implements Phase {}

  /** Waiting for a place at a node. */
  record Queued(Target target, long sinceNanos) implements Phase {}

  /** An attempt is under way. */
  record Trying(Target target, long sinceNanos, long untilNanos) implements Phase {}

  /**
   * Asking a standby.
   *
   * @param instead what happens if it does not answer; empty: the owner is asked
   */
  record Standby(Optional<Parking> instead, long untilNanos) implements Phase {}

  /**
   * Waiting for a newer map or the end of a pause.
   *
   * @param avoid the target that just failed, worth another try only after the pause; empty if any
   *     newer map is a reason to try at once
   */
  record Parked(long sinceNanos, long retryAtNanos, Optional<Target> avoid, Trouble trouble)
      implements Phase {}

  record Done() implements Phase {}

  /**
   * Why there is no use in asking the owner just now.
   *
   * @param failed the owner that failed; empty if any newer map is a reason to try at once
   */
  record Parking(Optional<Target> failed, Trouble trouble) {}
}
