package dev.kintsugi.simulation;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.SlotEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** To whom the maps gave each slot: nobody takes one under a grant of somebody else's. */
final class Grants {

  private record Grant(SlotId slot, long number) {}

  private final Map<Grant, Set<NodeId>> owners = new HashMap<>();

  /** A table has got its place in the log of maps; one that does not count gives nothing away. */
  void appended(ShardMapLog.Entry.Table table) {
    table
        .map()
        .forEachSlot((slot, assignment) ->
            assignment
                .owner()
                .ifPresent(owner ->
                    owners
                        .computeIfAbsent(new Grant(slot, assignment.grant()), _ -> new HashSet<>())
                        .add(owner)));
  }

  /** A record has got its place in a slot log. */
  void appended(SlotId slot, SlotEntry.Signed entry) {
    if (entry instanceof SlotEntry.Owned owned
        && !owners
            .getOrDefault(new Grant(slot, owned.epoch().grant()), Set.of())
            .contains(owned.node())) {
      throw new Violation(
          "I4",
          owned.node() + " takes " + slot + " in " + owned.epoch() + " that no map gave to it");
    }
  }
}
