package dev.kintsugi.node.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import java.util.List;
import java.util.Optional;

/** What the machines ask the loop to do. */
public sealed interface Action {

  /** Append to the slot log, in the order given. */
  record Append(SlotId slot, SlotEntry entry) implements Action {}

  /** Append a heartbeat to this node's lease partition. */
  record AppendBeat(Incarnation incarnation, long sequence) implements Action {}

  /** Append a fence to a lease partition. */
  record AppendFence(NodeId node, Incarnation of, int leasePartition) implements Action {}

  /** Close the producer of the slot logs at once and open another. */
  record ReplaceWriter() implements Action {}

  /** Answer a request. */
  record Reply(long token, Answer answer) implements Action {}

  /** Begin to follow a slot log from its first record. */
  record Follow(SlotId slot) implements Action {}

  /** Stop following a slot log and forget what was read. */
  record Unfollow(SlotId slot) implements Action {}

  /** The node has begun to serve a slot. */
  record Serving(SlotId slot, long tookNanos) implements Action {}

  /** The node answers nothing new for a slot that it gives up; what is under way goes on. */
  record GivingUp(SlotId slot) implements Action {}

  /** These sessions are half-ended, and it falls to this node to see them through. */
  record FinishEnding(SlotId slot, List<SessionId> sessions) implements Action {}

  /** These sessions may be due to end, and it falls to this node to find out. */
  record Due(SlotId slot, List<SessionId> sessions) implements Action {}

  /** A write was read back. */
  record WroteBack(SlotId slot, SessionId session, long sinceAppendNanos) implements Action {}

  /** This copy holds what the slot's owner held at an offset. */
  record Agrees(SlotId slot, long offset) implements Action {}

  /** This copy held something else at an offset than the slot's owner. */
  record Differs(
      SlotId slot,
      Optional<NodeId> owner,
      SlotEntry.Sample ours,
      SlotEntry.Sample owners,
      Suspect suspect)
      implements Action {}

  /** Read the heartbeats of other nodes no more. Said once. */
  record WatchNoMore() implements Action {}

  /** The node was fenced: it needs a new incarnation. */
  record Rejoin() implements Action {}
}
