package dev.kintsugi.local.verify.check;

import java.util.Optional;
import java.util.Set;

/**
 * What is known of a shard besides what was answered about it during a run.
 *
 * @param shard its number
 * @param before as it was before all of the run; version 0 where nothing was ever written
 * @param after as it was after all of it; empty where nobody asked, or it is gone
 * @param gone what was answered after all of it if it is not there any more
 * @param mayAppear values of earlier runs whose fate is unknown
 * @param signOutNanos when somebody first asked for the end of its session, whatever was answered
 */
record ShardFacts(
    int shard,
    Found before,
    Optional<Found> after,
    Optional<String> gone,
    Set<Integer> mayAppear,
    long signOutNanos) {

  /** Nobody asked for the end of the session. */
  static final long NEVER = Long.MAX_VALUE;

  /** Whether somebody asked for the end of the session. */
  boolean mayHaveEnded() {
    return signOutNanos != NEVER;
  }

  /** Whether the session lived for certain until then. */
  boolean lives(long nanos) {
    return nanos < signOutNanos;
  }
}
