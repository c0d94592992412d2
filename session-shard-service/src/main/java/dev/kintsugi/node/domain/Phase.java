package dev.kintsugi.node.domain;

import dev.kintsugi.core.Epoch;

/** Where this node stands with one slot. */
sealed interface Phase {
  /*
   *   Following ──map names us──► Taking ──record read back──► Fencing ──fences read──► Waiting
   *       ▲                         │  ▲                          │                        │
   *       │                         │  └──append of unknown fate  └─nothing owed─┐   1.01 L over
   *       │                         ▼                                            ▼         │
   *       ├───────────── a larger epoch appears ◄───────────────────────────── Serving ◄───┘
   *       └─────────────── release read back ◄──────── Releasing ◄──map names another
   */

  /** Applies the log and answers nothing. */
  record Following() implements Phase {}

  /** Has appended an ownership record and reads until it has passed it. */
  record Taking(Epoch epoch, long sinceNanos) implements Phase {}

  /** Waits until a fence of each former incarnation has been read. */
  record Fencing(Epoch epoch, long sinceNanos) implements Phase {}

  /** Waits until no former lease can be valid. */
  record Waits(Epoch epoch, long sinceNanos, long untilNanos) implements Phase {}

  /** Answers. */
  record Serving(Epoch epoch) implements Phase {}

  /**
   * Answers nothing more and lets its writes come back.
   *
   * @param appended whether the release record has been appended
   */
  record Releasing(Epoch epoch, boolean appended) implements Phase {}
}
