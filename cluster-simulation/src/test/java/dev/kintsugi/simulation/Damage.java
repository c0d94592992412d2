package dev.kintsugi.simulation;

import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.SlotEntry;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/** Records that get lost on their way to one node, which nothing in a real log can bring about. */
final class Damage {

  private final Set<SlotId> at = new HashSet<>();
  private Optional<BiPredicate<SlotId, SlotEntry>> next = Optional.empty();

  /** The next record of this kind does not get there. */
  void loseNext(BiPredicate<SlotId, SlotEntry> kind) {
    next = Optional.of(kind);
  }

  boolean swallows(SlotId slot, SlotEntry entry) {
    if (next.filter(kind -> kind.test(slot, entry)).isEmpty()) {
      return false;
    }
    next = Optional.empty();
    at.add(slot);
    return true;
  }

  /** Whether the node's copy lacks a record. */
  boolean isAt(SlotId slot) {
    return at.contains(slot);
  }

  /** The copy is read anew. */
  void heal(SlotId slot) {
    at.remove(slot);
  }

  boolean isEmpty() {
    return at.isEmpty();
  }
}
