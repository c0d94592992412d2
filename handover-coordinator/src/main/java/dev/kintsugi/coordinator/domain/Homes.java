package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where slots were before their owner left or died: there they go back to when it returns within
 * ten minutes, so that in a rolling restart each slot moves once and back. It follows from the maps
 * alone, so every coordinator that follows them as they are written knows it; one that has just
 * started does not, and then the node is filled with others. Costs O(slots) per map. Not
 * thread-safe.
 */
final class Homes {

  private static final long REMEMBERED_NANOS = Duration.ofMinutes(10).toNanos();

  /** A restart takes less; for so long nothing is evened out that it would only undo. */
  private static final long AWAITED_NANOS = Duration.ofMinutes(1).toNanos();

  private record Home(NodeId node, long leftAtNanos) {}

  private final Map<SlotId, Home> homes = new HashMap<>();

  /**
   * Notes which slots have lost their owner against its will, and which have been given elsewhere
   * on purpose or are back.
   */
  void changed(ShardMap before, ShardMap after, Now now) {
    after.forEachSlot((slot, assignment) -> {
      Optional<NodeId> old = before.find(slot).flatMap(SlotAssignment::owner);
      if (old.isPresent() && !old.equals(assignment.owner())) {
        moved(slot, old.get(), assignment.owner(), stays(old.get(), before, after), now);
      }
    });
    homes.keySet().removeIf(slot -> after.find(slot).isEmpty());
    homes.values().removeIf(home -> now.since(home.leftAtNanos()) >= REMEMBERED_NANOS);
  }

  private void moved(SlotId slot, NodeId from, Optional<NodeId> to, boolean stays, Now now) {
    Optional<NodeId> home = Optional.ofNullable(homes.get(slot)).map(Home::node);
    if (stays || to.equals(home)) {
      homes.remove(slot);
    } else {
      homes.putIfAbsent(slot, new Home(from, now.nanos()));
    }
  }

  /** Whether the node lives on, and not as another process. */
  private static boolean stays(NodeId node, ShardMap before, ShardMap after) {
    Optional<MapNode> then = after.node(node).filter(it -> it.state() == MapNode.State.UP);
    return then.isPresent()
        && before
            .node(node)
            .filter(it -> it.incarnation().equals(then.get().incarnation()))
            .isPresent();
  }

  /** The slots that are not at home though their home is there again. */
  Map<SlotId, NodeId> open(Fleet fleet) {
    Map<SlotId, NodeId> open = new HashMap<>();
    homes.forEach((slot, home) -> {
      if (fleet.isActive(home.node())) {
        open.put(slot, home.node());
      }
    });
    return open;
  }

  /** Whether a node that has left will likely be back soon. */
  boolean awaitAnybody(Fleet fleet, Now now) {
    return homes.values().stream()
        .anyMatch(
            home -> !fleet.isActive(home.node()) && now.since(home.leftAtNanos()) < AWAITED_NANOS);
  }

  /** What nodes that are there have not got back until now stays where it is. */
  void settled(Fleet fleet) {
    homes.values().removeIf(home -> fleet.isActive(home.node()));
  }
}
