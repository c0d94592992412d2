package dev.kintsugi.coordinator.domain;

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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where a slot is at home after its owner has left, died, come back or given it away. */
class HomesTest {

  private static final NodeId A = new NodeId("node-1");
  private static final NodeId B = new NodeId("node-2");
  private static final NodeId C = new NodeId("node-3");
  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  private static final MapNode.State UP = MapNode.State.UP;

  private final Homes homes = new Homes();
  private ShardMap map = map(A, UP, 1);
  private int version;

  /** The slot with this owner, A being in this state and life; B and C are there. */
  private ShardMap map(NodeId owner, MapNode.State ofA, long lifeOfA) {
    return ShardMap.of(
        new MapVersion(new Epoch(1, 1), ++version),
        List.of(node(A, ofA, lifeOfA), node(B, UP, 1), node(C, UP, 1)),
        Map.of(Area.SESSION, List.of(SlotAssignment.ownedBy(owner, List.of(), version))));
  }

  private static MapNode node(NodeId id, MapNode.State state, long life) {
    return new MapNode(
        id, URI.create("http://" + id), new Incarnation(life), state, Optional.empty());
  }

  private static Now at(Duration since) {
    return new Now(since.toNanos(), Instant.EPOCH.plus(since));
  }

  private void change(ShardMap next, Duration since) {
    homes.changed(map, next, at(since));
    map = next;
  }

  private void change(ShardMap next) {
    change(next, Duration.ZERO);
  }

  private static Fleet fleet(NodeId... there) {
    Set<NodeId> up = Set.of(there);
    return new Fleet(
        Stream.of(A, B, C)
            .map(id ->
                new Peer(
                    node(id, up.contains(id) ? UP : MapNode.State.DEAD, 1),
                    up.contains(id) ? Life.UP : Life.DEAD,
                    true,
                    false,
                    false,
                    false,
                    Map.of(),
                    Memory.UNKNOWN))
            .toList());
  }

  private Map<SlotId, NodeId> open() {
    return homes.open(fleet(A, B, C));
  }

  @Test
  void a_slot_of_a_node_that_drains_or_dies_is_at_home_there() {
    change(map(B, MapNode.State.DRAINING, 1));
    assertThat(open()).containsExactly(Map.entry(SLOT, A));
    assertThat(homes.open(fleet(B, C))).as("while it is away").isEmpty();
    change(map(A, UP, 2));
    assertThat(open()).as("back").isEmpty();
    change(map(C, MapNode.State.DEAD, 2));
    assertThat(open()).containsExactly(Map.entry(SLOT, A));
  }

  @Test
  void one_that_was_moved_on_because_others_left_keeps_its_first_home() {
    change(map(B, MapNode.State.DEAD, 1));
    ShardMap drained = map(C, MapNode.State.DEAD, 1);
    ShardMap withoutB =
        ShardMap.of(
            drained.version(),
            List.of(
                node(A, MapNode.State.DEAD, 1), node(B, MapNode.State.DRAINING, 1), node(C, UP, 1)),
            Map.of(Area.SESSION, List.of(SlotAssignment.ownedBy(C, List.of(), 9))));
    change(withoutB);
    assertThat(open()).containsExactly(Map.entry(SLOT, A));
  }

  @Test
  void one_that_is_given_away_on_purpose_has_no_home_any_more() {
    change(map(B, MapNode.State.DEAD, 1));
    change(map(C, UP, 2));
    assertThat(open()).isEmpty();
  }

  @Test
  void a_node_that_was_back_before_anybody_noticed_is_a_home_all_the_same() {
    change(map(B, UP, 2));
    assertThat(open()).containsExactly(Map.entry(SLOT, A));
  }

  @Test
  void homes_are_remembered_for_ten_minutes_and_awaited_for_one() {
    change(map(B, MapNode.State.DEAD, 1));
    Fleet without = fleet(B, C);
    assertThat(homes.awaitAnybody(without, at(Duration.ofSeconds(59)))).isTrue();
    assertThat(homes.awaitAnybody(fleet(A, B, C), at(Duration.ofSeconds(59)))).isFalse();
    assertThat(homes.awaitAnybody(without, at(Duration.ofMinutes(1)))).isFalse();
    change(map(B, MapNode.State.DEAD, 1), Duration.ofSeconds(599));
    assertThat(open()).hasSize(1);
    change(map(B, MapNode.State.DEAD, 1), Duration.ofMinutes(10));
    assertThat(open()).isEmpty();
  }

  @Test
  void what_is_settled_stays_and_what_waits_for_another_node_goes_on_waiting() {
    change(map(B, MapNode.State.DEAD, 1));
    homes.settled(fleet(B, C));
    assertThat(open()).hasSize(1);
    homes.settled(fleet(A, B, C));
    assertThat(open()).isEmpty();
  }

  @Test
  void a_slot_that_is_no_more_has_no_home() {
    change(map(B, MapNode.State.DEAD, 1));
    change(ShardMap.of(new MapVersion(new Epoch(1, 1), 99), map.nodes(), Map.of()));
    assertThat(open()).isEmpty();
  }
}
