package dev.kintsugi.node.domain;

import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Copies that were read anew because they differed from their owners. Not thread-safe. */
final class Rebuilds {

  /** Between two of one slot at least: reading anew takes time from everything else. */
  static final Duration PAUSE = Duration.ofMinutes(10);

  private record Last(long atNanos, boolean agreedSince) {}

  private final Map<SlotId, Last> last = new HashMap<>();

  /** Who is to be suspected if a copy differs now. */
  Suspect suspect(SlotId slot) {
    Last before = last.get(slot);
    return before == null || before.agreedSince() ? Suspect.COPY : Suspect.OWNER;
  }

  /** A copy is the same as its owner's. */
  void agrees(SlotId slot) {
    last.computeIfPresent(slot, (_, before) -> new Last(before.atNanos(), true));
  }

  boolean mayBegin(SlotId slot, long nowNanos) {
    Last before = last.get(slot);
    return before == null || nowNanos - before.atNanos() >= PAUSE.toNanos();
  }

  void begins(SlotId slot, long nowNanos) {
    last.put(slot, new Last(nowNanos, false));
  }

  /** The slot is no longer followed. */
  void forget(SlotId slot) {
    last.remove(slot);
  }
}
