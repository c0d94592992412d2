package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.Comparator;

/**
 * How urgently a slot needs a copy that it lacks. First those that nobody but their owner has: one
 * more death, and their sessions wait until somebody has read the whole log. Then the busiest, as
 * measured, so that the sessions in use are safe again first. Slots of one weight, as all are while
 * nothing is measured, by id.
 *
 * @param copies on living nodes besides the owner's; one that is still being made counts
 * @param weight of {@link Weights#of}
 */
record Need(int copies, double weight, SlotId slot) implements Comparable<Need> {

  private static final Comparator<Need> MOST_URGENT_FIRST =
      Comparator.comparingInt(Need::copies)
          .thenComparing(Comparator.comparingDouble(Need::weight).reversed())
          .thenComparing(Need::slot);

  static Need of(SlotId slot, SlotAssignment now, Fleet fleet, Weights weights) {
    int copies = 0;
    for (NodeId standby : now.standbys()) {
      copies += fleet.isLive(standby) ? 1 : 0;
    }
    return new Need(copies, weights.of(slot), slot);
  }

  @Override
  public int compareTo(Need other) {
    return MOST_URGENT_FIRST.compare(this, other);
  }
}
