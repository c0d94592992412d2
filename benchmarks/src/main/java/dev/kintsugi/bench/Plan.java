package dev.kintsugi.bench;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param runs of each thing that a ratio is made of, and restarts; the median counts
 * @param sessions in the log; the tail has as many rewrites
 * @param many sessions in the larger heap measurement; 0: not measured
 */
record Plan(
    int runs, long sessions, long many, Duration warmUp, Duration round, Duration coldRound) {

  static final int CLIENTS = 64;

  static Plan full(int runs) {
    return new Plan(
        runs,
        100_000,
        1_000_000,
        Duration.ofSeconds(15),
        Duration.ofSeconds(8),
        Duration.ofSeconds(10));
  }

  /** Shows that everything works; its numbers say little. */
  static Plan quick(int runs) {
    return new Plan(
        runs, 5_000, 0, Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(2));
  }
}
