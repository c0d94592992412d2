package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a table burdens the nodes that may hold slots for good. Costs O(slots × log slots).
 *
 * @param nodes of those nodes, by id
 */
record Standing(FairShare share, SortedMap<NodeId, Burden> nodes) {

  /**
   * What one node owns.
   *
   * @param load what its slots weigh together
   * @param variance of that, as chance alone makes it
   * @param hottest what its heaviest hot slot weighs; 0 if it has none
   */
  record Burden(int owned, double load, double variance, double hottest) {

    static final Burden NONE = new Burden(0, 0, 0, 0);

    Burden with(double weight, double ofWeight, boolean hot) {
      return new Burden(
          owned + 1, load + weight, variance + ofWeight, hot ? Math.max(hottest, weight) : hottest);
    }

    double quota(FairShare share) {
      return hottest > 0 ? hottest : share.fair();
    }
  }

  static Standing of(ShardMap map, List<NodeId> active, Weights weights) {
    List<SlotId> slots = new ArrayList<>();
    map.forEachSlot((slot, _) -> slots.add(slot));
    FairShare share = FairShare.of(slots, weights, Math.max(1, active.size()));
    Map<NodeId, Burden> burdens = new HashMap<>();
    map.forEachSlot((slot, assignment) ->
        assignment
            .owner()
            .ifPresent(owner -> {
              Burden before = burdens.getOrDefault(owner, Burden.NONE);
              double variance = weights.load(slot).variance();
              burdens.put(
                  owner, before.with(weights.of(slot), variance, share.hot().contains(slot)));
            }));
    SortedMap<NodeId, Burden> nodes = new TreeMap<>();
    active.forEach(node -> nodes.put(node, burdens.getOrDefault(node, Burden.NONE)));
    return new Standing(share, nodes);
  }
}
