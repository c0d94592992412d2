package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/** Nodes in the order of how much they have. Costs O(nodes × log nodes), and each count once. */
final class InOrder {

  private InOrder() {}

  /**
   * Those with the smallest counts first; equals as they stand.
   *
   * @param count 0 or greater
   */
  static List<NodeId> fewestFirst(List<NodeId> nodes, ToIntFunction<NodeId> count) {
    return sorted(nodes, node -> count.applyAsInt(node));
  }

  /** Those with the largest counts first; equals as they stand. */
  static List<NodeId> mostFirst(List<NodeId> nodes, ToIntFunction<NodeId> count) {
    return sorted(nodes, node -> -count.applyAsInt(node));
  }

  private static List<NodeId> sorted(List<NodeId> nodes, ToIntFunction<NodeId> key) {
    long[] keys = new long[nodes.size()];
    for (int place = 0; place < keys.length; place++) {
      keys[place] = ((long) key.applyAsInt(nodes.get(place)) << Integer.SIZE) + place;
    }
    Arrays.sort(keys);
    List<NodeId> sorted = new ArrayList<>(keys.length);
    for (long entry : keys) {
      sorted.add(nodes.get((int) entry));
    }
    return sorted;
  }
}
