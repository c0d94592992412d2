package dev.kintsugi.bench;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param runs of each thing that a ratio is made of, and restarts; the median counts
 * @param sessions in the log; the tail has as many rewrites
 * @param many sessions in the larger heap measurement; 0: not measured
 * @param warmUp how long one side is asked in a turn of warming up
 */
record Plan(
    int runs, long sessions, long many, Duration warmUp, Duration round, Duration coldRound) {

  static final int CLIENTS = 64;

  /** Turns of warming up at most. */
  static final int MOST_TURNS = 20;

  /** Turns of warming up at least: before the compilers begin, nobody gets faster either. */
  static final int FEWEST_TURNS = 6;

  /** After so many turns in which nobody got faster it is over. */
  static final int IDLE_TURNS = 3;

  /** The share of the best median until then that counts as faster. */
  static final double STILL_FASTER = 0.97;

  /** Sessions in the log of the node whose start and requests make the AOT cache. */
  long trained() {
    return sessions / 5;
  }

  static Plan full(int runs) {
    return new Plan(
        runs,
        100_000,
        1_000_000,
        Duration.ofSeconds(8),
        Duration.ofSeconds(8),
        Duration.ofSeconds(10));
  }

  /** A pause after each turn of warming up, so that the compilers get the processors as well. */
  Duration breather() {
    return warmUp.dividedBy(4);
  }

  /** Shows that everything works; its numbers say little. */
  static Plan quick(int runs) {
    return new Plan(
        runs, 5_000, 0, Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(2));
  }
}
