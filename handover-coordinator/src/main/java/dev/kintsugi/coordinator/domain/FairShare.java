package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How evenly slots of given weights can be owned at all. A slot that outweighs what is left for
 * each node once it is dealt with is <em>hot</em>: its node should own nothing else, and the others
 * share the rest. Costs O(slots × log slots).
 *
 * @param mean what a node would own if slots could be cut
 * @param fair what a node without a hot slot would own if the others could be cut; at most {@code
 *     mean}
 * @param hot fewer than there are nodes
 * @param bound no table's largest node can be smaller than this; at least {@code mean}
 */
record FairShare(double mean, double fair, Set<SlotId> hot, double bound) {

  /** With more slots than that on each node, their sizes matter little. */
  private static final int MOST_TOGETHER = 32;

  static FairShare of(Collection<SlotId> slots, Weights weights, int nodes) {
    double[] falling = falling(slots, weights);
    double rest = Arrays.stream(falling).sum();
    double mean = rest / nodes;
    int hot = 0;
    while (hot < nodes - 1 && hot < falling.length && falling[hot] > rest / (nodes - hot)) {
      rest -= falling[hot++];
    }
    Set<SlotId> hottest = hot == 0 ? Set.of() : heaviest(slots, weights, hot, falling[hot - 1]);
    return new FairShare(mean, rest / (nodes - hot), hottest, bound(falling, nodes, mean));
  }

  private static double[] falling(Collection<SlotId> slots, Weights weights) {
    double[] sorted = slots.stream().mapToDouble(weights::of).sorted().toArray();
    for (int i = 0, j = sorted.length - 1; i < j; i++, j--) {
      double kept = sorted[i];
      sorted[i] = sorted[j];
      sorted[j] = kept;
    }
    return sorted;
  }

  private static Set<SlotId> heaviest(
      Collection<SlotId> slots, Weights weights, int count, double least) {
    List<SlotId> heavy = new ArrayList<>();
    for (SlotId slot : slots) {
      if (weights.of(slot) >= least) {
        heavy.add(slot);
      }
    }
    heavy.sort(
        Comparator.comparingDouble(weights::of)
            .reversed()
            .thenComparing(Comparator.naturalOrder()));
    return new HashSet<>(heavy.subList(0, count));
  }

  /**
   * The heaviest slot must be somewhere; and of the {@code k × nodes + 1} heaviest some node has
   * {@code k + 1}, which weigh no less than the lightest {@code k + 1} of them.
   */
  private static double bound(double[] falling, int nodes, double mean) {
    double bound = mean;
    for (int k = 0; k <= MOST_TOGETHER && k * (long) nodes < falling.length; k++) {
      double together = 0;
      for (int i = 0; i <= k; i++) {
        together += falling[k * nodes - i];
      }
      bound = Math.max(bound, together);
    }
    return bound;
  }
}
