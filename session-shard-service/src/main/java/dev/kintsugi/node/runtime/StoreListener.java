package dev.kintsugi.node.runtime;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.Suspect;
import java.time.Duration;
import java.util.List;

/** Told of what happens in the store, on its own thread: must not block and must not throw. */
public interface StoreListener {

  /**
   * The node has begun to serve a slot in which sessions have their facts; these sessions are
   * half-ended.
   */
  default void onHalfEnded(SlotId slot, List<SessionId> sessions) {}

  /**
   * The node serves a slot in which sessions have their facts; these may be due to end. Told again
   * after a while of those that are still there.
   */
  default void onDue(SlotId slot, List<SessionId> sessions) {}

  /**
   * A record of a slot in which sessions have their facts was applied, whether the node owns the
   * slot or stands by. The shard is the session's as of then.
   */
  default void onFacts(SlotId slot, SessionId session, Shard shard) {}

  /** A write was read back and applied, so long after it was appended. */
  default void onWritten(SlotId slot, Duration readBack) {}

  /** The node began to serve a slot, so long after it had begun to take it. */
  default void onServing(SlotId slot, Duration took) {}

  /** {@link StatusSource#status} shows by now that the node has begun to serve some slots. */
  default void onNews() {}

  /** The node answers nothing new for a slot from now on, whose next owner is named in the map. */
  default void onGivingUp(SlotId slot) {}

  /** A copy of this node's differs from its owner's. */
  default void onDifference(SlotId slot, Suspect suspect) {}

  /** The node was fenced and has joined again as a new incarnation. */
  default void onFenced() {}
}
