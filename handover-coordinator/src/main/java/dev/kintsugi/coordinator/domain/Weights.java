package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.SlotId;
import java.util.HashMap;
import java.util.Map;

/**
 * What each slot weighs when owners are evened out. While nothing is measured all slots weigh 1, so
 * that counts are evened out. Once requests are measured a slot weighs its requests per second and
 * a hundredth of what the mean slot draws: idle slots are then spread as well, but never at the
 * cost of evenness by more than that. Immutable.
 */
final class Weights {

  /** Nothing is known: every slot weighs the same. */
  static final Weights EVEN = new Weights(Map.of(), false);

  /** Larger: nodes with few but busy slots are taken for less busy than they are. */
  private static final double SHARE_OF_COUNTS = 0.01;

  private final Map<SlotId, SlotLoad> loads;
  private final boolean measured;
  private final double base;

  /**
   * Weights of measured slots.
   *
   * @param measured whether requests are to count; sizes are known before they are
   */
  Weights(Map<SlotId, SlotLoad> loads, boolean measured) {
    // Map.copyOf probes linearly: numbers that follow each other make one long row.
    this.loads = new HashMap<>(loads);
    this.measured = measured;
    double requests = 0;
    for (SlotLoad load : this.loads.values()) {
      requests += load.requests();
    }
    base = measured ? SHARE_OF_COUNTS * requests / Math.max(1, this.loads.size()) : 1;
  }

  /** Whether requests count. */
  boolean measured() {
    return measured;
  }

  /** Greater than 0; in requests per second where they are measured. */
  double of(SlotId slot) {
    return measured ? load(slot).requests() + base : base;
  }

  SlotLoad load(SlotId slot) {
    return loads.getOrDefault(slot, SlotLoad.NONE);
  }

  /** What it costs to copy the slot, in bytes; at least 1. */
  long size(SlotId slot) {
    return Math.max(1, load(slot).bytes());
  }
}
