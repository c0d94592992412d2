package dev.kintsugi.node.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.SessionId;

/**
 * What belongs into one slot: a record of another slot's session, or of another area's form, was
 * never written by an owner. Pure.
 *
 * @param number of the slot in its area
 */
public record SlotScope(AreaPolicy policy, int number) {

  /** Whether the session's shard in this area lies in this slot. */
  boolean holds(SessionId session) {
    return session.placement().slot(policy.slots()) == number;
  }

  /** Whether the slot's owner could have written this: facts stand in the area session only. */
  boolean admits(SlotEntry.Written written) {
    return holds(written.session())
        && (written.shard().isEmpty()
            || written.shard().get().facts().isPresent() == policy.area().equals(Area.SESSION));
  }
}
