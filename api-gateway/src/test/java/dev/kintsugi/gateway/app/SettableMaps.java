package dev.kintsugi.gateway.app;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** Maps that a test publishes. */
final class SettableMaps implements ShardMaps {

  private final Areas areas;
  private final List<Consumer<ShardMap>> listeners = new CopyOnWriteArrayList<>();
  private volatile ShardMap current = ShardMap.EMPTY;

  SettableMaps(Areas areas) {
    this.areas = areas;
  }

  /**
   * Publishes a map in which each slot belongs to whom {@code owner} says, and all others stand by.
   */
  synchronized void publish(Map<NodeId, URI> nodes, Function<SlotId, Optional<NodeId>> owner) {
    long offset = current.version().offset() + 1;
    List<MapNode> entries = new ArrayList<>();
    nodes.forEach((id, url) ->
        entries.add(new MapNode(id, url, new Incarnation(1), MapNode.State.UP, Optional.empty())));
    Map<Area, List<SlotAssignment>> tables = new TreeMap<>();
    areas
        .all()
        .forEach(policy -> {
          List<SlotAssignment> slots = new ArrayList<>();
          for (int number = 0; number < policy.slots(); number++) {
            Optional<NodeId> served = owner.apply(new SlotId(policy.area(), number));
            slots.add(
                new SlotAssignment(
                    served,
                    nodes.keySet().stream().filter(id -> !served.equals(Optional.of(id))).toList(),
                    offset + 1,
                    Optional.empty()));
          }
          tables.put(policy.area(), slots);
        });
    ShardMap next = ShardMap.of(new MapVersion(new Epoch(1, 1), offset), entries, tables);
    current = next;
    listeners.forEach(listener -> listener.accept(next));
  }

  @Override
  public ShardMap current() {
    return current;
  }

  @Override
  public CompletableFuture<ShardMap> newerThan(MapVersion seen) {
    throw new UnsupportedOperationException("the gateway follows maps through onChange");
  }

  @Override
  public Subscription onChange(Consumer<ShardMap> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
