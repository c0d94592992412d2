package dev.kintsugi.coordinator.domain;

/**
 * What one slot costs its nodes, as measured.
 *
 * @param requests per second, 0 or greater, smoothed over up to ten minutes
 * @param variance of that estimate, in (requests per second)², as if requests came at random
 *     (Poisson): what it may be wrong by without anything having changed
 * @param sessions with a shard in the slot
 * @param bytes what a copy of it weighs in memory
 */
record SlotLoad(double requests, double variance, long sessions, long bytes) {

  static final SlotLoad NONE = new SlotLoad(0, 0, 0, 0);
}
