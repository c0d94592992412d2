package dev.kintsugi.client;

import dev.kintsugi.client.domain.Trouble;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;

/**
 * Is told what calls do; for metrics. Called on the client's own threads: must not block and must
 * not throw.
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

  /** The call ended in a node's answer. */
  default void answered(SlotId slot, ShardResponse response) {}

  /** The call was given up. */
  default void gaveUp(SlotId slot, Trouble trouble, ShardResponse response) {}
}
