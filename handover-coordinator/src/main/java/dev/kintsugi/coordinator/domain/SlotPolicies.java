package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotId;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * How many slots each area has and how many copies of each are wanted: as declared, except that a
 * table once written keeps its number of slots, and that an area which is declared no more is kept
 * with two copies until somebody deletes it.
 */
final class SlotPolicies {

  private static final int COPIES_OF_UNDECLARED = 2;

  private record Policy(int slots, int copies) {}

  private final SortedMap<Area, Policy> policies = new TreeMap<>();

  SlotPolicies(Areas areas, ShardMap current) {
    for (AreaPolicy policy : areas.all()) {
      policies.put(policy.area(), new Policy(policy.slots(), policy.copies()));
    }
    for (Area area : current.areas()) {
      int copies = areas.find(area).map(AreaPolicy::copies).orElse(COPIES_OF_UNDECLARED);
      policies.put(area, new Policy(current.slots(area).size(), copies));
    }
  }

  void forEachSlot(Consumer<SlotId> action) {
    policies.forEach((area, policy) -> {
      for (int number = 0; number < policy.slots(); number++) {
        action.accept(new SlotId(area, number));
      }
    });
  }

  int copies(Area area) {
    Policy policy = policies.get(area);
    return policy == null ? COPIES_OF_UNDECLARED : policy.copies();
  }
}
