package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairShareTest {

  private final List<SlotId> slots = new ArrayList<>();

  private FairShare share(int nodes, double... requests) {
    slots.clear();
    Map<SlotId, SlotLoad> loads = new HashMap<>();
    for (double load : requests) {
      SlotId slot = new SlotId(Area.SESSION, slots.size());
      slots.add(slot);
      loads.put(slot, new SlotLoad(load, 0, 0, 0));
    }
    return FairShare.of(slots, new Weights(loads, true), nodes);
  }

  @Test
  void without_a_hot_slot_the_fair_share_is_the_mean() {
    FairShare share = share(2, 10, 10, 10, 10);
    assertThat(share.hot()).isEmpty();
    assertThat(share.fair()).isEqualTo(share.mean());
    assertThat(share.bound()).isCloseTo(share.mean(), within(1e-9));
  }

  @Test
  void a_slot_that_outweighs_the_mean_is_hot_and_the_others_share_the_rest() {
    FairShare share = share(4, 100, 20, 20, 20, 10, 10, 10);
    assertThat(share.hot()).containsExactly(slots.getFirst());
    assertThat(share.fair()).isCloseTo(30, within(1.0));
    assertThat(share.bound()).isCloseTo(100, within(1.0));
  }

  @Test
  void a_slot_may_be_hot_only_once_a_hotter_one_is_out_of_the_way() {
    FairShare share = share(3, 100, 30, 10, 10);
    assertThat(share.hot()).containsExactlyInAnyOrder(slots.get(0), slots.get(1));
  }

  @Test
  void two_of_the_heaviest_slots_more_than_there_are_nodes_must_share_one() {
    FairShare share = share(2, 10, 9, 9);
    assertThat(share.bound()).isCloseTo(18, within(1.0));
  }

  @Test
  void on_a_single_node_nothing_is_hot() {
    assertThat(share(1, 100, 1, 1).hot()).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void no_table_is_evener_than_the_bound(long seed) {
    Random random = new Random(seed);
    int nodes = 2 + random.nextInt(3);
    double[] loads = new double[3 + random.nextInt(6)];
    for (int i = 0; i < loads.length; i++) {
      loads[i] = Math.pow(1 + random.nextInt(loads.length), -0.9) * 100;
    }
    FairShare share = share(nodes, loads);
    double base = 0.01 * java.util.Arrays.stream(loads).sum() / loads.length;
    double best = best(loads, base, 0, new double[nodes]);
    assertThat(share.bound()).isLessThanOrEqualTo(best + 1e-9);
    assertThat(share.fair()).isLessThanOrEqualTo(share.mean() + 1e-9);
    assertThat(share.hot()).hasSizeLessThan(nodes);
  }

  /** The smallest largest node of all tables. */
  private static double best(double[] loads, double base, int next, double[] nodes) {
    if (next == loads.length) {
      return java.util.Arrays.stream(nodes).max().orElseThrow();
    }
    double best = Double.MAX_VALUE;
    for (int node = 0; node < nodes.length; node++) {
      nodes[node] += loads[next] + base;
      best = Math.min(best, best(loads, base, next + 1, nodes));
      nodes[node] -= loads[next] + base;
    }
    return best;
  }
}
