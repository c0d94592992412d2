package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Epoch;

/**
 * How far a node says it is with one slot.
 *
 * @param nextOffset offset of the next record it will apply
 * @param epoch the epoch in force as the node has applied it
 * @param shards sessions with a shard in the slot
 * @param bytes what those shards weigh
 * @param caughtUp whether the node has been at the log's end since it began to follow it
 * @param milliRequestsPerSecond requests that come for the slot while the node serves it, in
 *     thousandths per second, by the node's own moving average
 */
public record SlotReport(
    Role role,
    long nextOffset,
    Epoch epoch,
    long shards,
    long bytes,
    boolean caughtUp,
    long milliRequestsPerSecond) {

  /** A report of a slot for which no requests come. */
  public SlotReport(
      Role role, long nextOffset, Epoch epoch, long shards, long bytes, boolean caughtUp) {
    this(role, nextOffset, epoch, shards, bytes, caughtUp, 0);
  }

  /** What the node is to the slot, by its own account. */
  public enum Role {
    STANDBY,
    /** On the way to owning: ownership record, fences, wait. */
    TAKING,
    /** Answers. */
    SERVING,
    /** Handing over: answers nothing more. */
    RELEASING
  }

  /** Whether the reports differ in nothing but how far and how large: placement sees no news. */
  boolean sameStanding(SlotReport other) {
    return role == other.role && caughtUp == other.caughtUp && epoch.equals(other.epoch);
  }

  /** Whether the node answers for the slot under a grant at least as large as this one. */
  boolean serves(long grant) {
    return role == Role.SERVING && epoch.grant() >= grant;
  }
}
