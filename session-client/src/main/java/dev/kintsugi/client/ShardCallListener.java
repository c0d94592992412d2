package dev.kintsugi.client;

import dev.kintsugi.client.domain.Trouble;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;

/**
 * Is told what calls do; for metrics, and as evidence about nodes. Called on the client's own
 * threads: must not block and should not throw; what it throws is logged once and harms no call.
 */
public interface ShardCallListener {

  /** Hears nothing. */
  ShardCallListener NONE = new ShardCallListener() {};

  /** The call has no attempt under way and waits. */
  default void parked(SlotId slot, Trouble trouble) {}

  /** Nobody waits for an attempt any more. */
  default void abandoned(SlotId slot, Trouble trouble) {}

  /** The second or a later attempt is sent. */
  default void replayed(SlotId slot, NodeId node) {}

  /**
   * A node did not answer an attempt. Not called for attempts that were abandoned because the slot
   * moved or nobody waits any more: they say nothing about the node.
   */
  default void nodeFailed(NodeTrouble trouble) {}

  /** A node answered an attempt, whatever it said: that incarnation, or a later one, lives. */
  default void nodeAnswered(NodeId node, Incarnation incarnation, long atNanos) {}

  /** The call ended in a node's answer. */
  default void answered(SlotId slot, ShardResponse response) {}

  /** The call was given up. */
  default void gaveUp(SlotId slot, Trouble trouble, ShardResponse response) {}
}
