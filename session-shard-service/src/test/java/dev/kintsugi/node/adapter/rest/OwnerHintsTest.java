package dev.kintsugi.node.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OwnerHintsTest {

  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  private static final NodeId B = new NodeId("b");

  private final SettableMaps maps = new SettableMaps();
  private final OwnerHints hints = new OwnerHints(maps);

  static ShardMap map(SlotId slot, Optional<NodeId> owner, MapNode.State state, long offset) {
    SlotAssignment nobody = new SlotAssignment(Optional.empty(), List.of(), 0, Optional.empty());
    List<SlotAssignment> slots = new java.util.ArrayList<>();
    for (int number = 0; number < slot.number(); number++) {
      slots.add(nobody);
    }
    slots.add(new SlotAssignment(owner, List.of(), 9, Optional.empty()));
    MapNode node =
        new MapNode(
            B, URI.create("http://127.0.0.1:1"), new Incarnation(1), state, Optional.empty());
    return ShardMap.of(version(offset), List.of(node), Map.of(slot.area(), slots));
  }

  private static MapVersion version(long offset) {
    return new MapVersion(new Epoch(1, 1), offset);
  }

  @Test
  void the_owner_is_named_with_its_grant_and_the_version_of_the_map_that_says_so() {
    maps.map = map(SLOT, Optional.of(B), MapNode.State.UP, 8);
    Map<String, String> named =
        Map.of("Shard-Owner", "b", "Shard-Owner-Grant", "9", "Shard-Map-Version", "1.1@8");
    assertThat(hints.of(SLOT, version(7))).isEqualTo(named);
    assertThat(hints.of(SLOT, version(8))).as("the map gone by").isEqualTo(named);
  }

  @Test
  void an_older_map_than_the_one_gone_by_names_nobody() {
    maps.map = map(SLOT, Optional.of(B), MapNode.State.UP, 8);
    assertThat(hints.of(SLOT, version(9))).isEmpty();
  }

  @Test
  void nobody_is_named_where_nobody_owns_the_slot_or_the_owner_is_given_up() {
    assertThat(hints.of(SLOT, MapVersion.NONE)).isEmpty();
    maps.map = map(SLOT, Optional.empty(), MapNode.State.UP, 8);
    assertThat(hints.of(SLOT, version(7))).isEmpty();
    maps.map = map(SLOT, Optional.of(B), MapNode.State.DEAD, 9);
    assertThat(hints.of(SLOT, version(7))).isEmpty();
  }
}
