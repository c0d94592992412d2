package dev.kintsugi.node.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.SlotId;

/**
 * How far a node is with one slot.
 *
 * @param nextOffset the offset of the next record to apply
 * @param bytes the content of all shards
 * @param digest of all shards, {@link Digest}; replicas at the same offset have the same
 * @param quarantined how many shards are set aside because their newest record cannot be read
 * @param caughtUp whether the log's end was reached lately, so that nothing can be missing
 * @param milliRequestsPerSecond requests that came for the slot while it was served here, in
 *     thousandths per second, as {@link RequestRate} has it; 0 unless it is served
 */
public record SlotView(
    SlotId slot,
    Role role,
    long nextOffset,
    Epoch epoch,
    int shards,
    long bytes,
    long digest,
    int quarantined,
    boolean caughtUp,
    long milliRequestsPerSecond) {

  /** The node's part. */
  public enum Role {
    STANDBY,
    TAKING,
    SERVING,
    RELEASING
  }

  static SlotView of(SlotMachine machine) {
    Role role =
        switch (machine.phase()) {
          case Phase.Following _ -> Role.STANDBY;
          case Phase.Taking _, Phase.Fencing _, Phase.Waits _ -> Role.TAKING;
          case Phase.Serving _ -> Role.SERVING;
          case Phase.Releasing _ -> Role.RELEASING;
        };
    SlotFold fold = machine.fold();
    return new SlotView(
        machine.slot(),
        role,
        fold.nextOffset(),
        fold.epoch(),
        fold.size(),
        fold.bytes(),
        fold.digest(),
        fold.quarantined().size(),
        machine.caughtUp(),
        machine.milliRequestsPerSecond());
  }
}
