package dev.kintsugi.client;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotAssignment;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Maps that a test publishes: one slot, owned by whom the test says. */
final class SettableMaps implements ShardMaps {

  private static final NodeId NODE = new NodeId("owner");
  private static final NodeId STANDBY = new NodeId("standby");

  private final List<Consumer<ShardMap>> listeners = new CopyOnWriteArrayList<>();
  private volatile ShardMap current = ShardMap.EMPTY;
  private volatile Optional<URI> standby = Optional.empty();

  void ownedBy(URI url) {
    publish(Optional.of(url));
  }

  void ownedByNobody() {
    publish(Optional.empty());
  }

  /** From now on, maps name a standby as well. */
  void stoodBy(URI url) {
    standby = Optional.of(url);
  }

  private synchronized void publish(Optional<URI> url) {
    long offset = current.version().offset() + 1;
    MapVersion version = new MapVersion(new Epoch(1, 1), offset);
    List<MapNode> nodes = new ArrayList<>();
    url.ifPresent(at -> nodes.add(up(NODE, at)));
    standby.ifPresent(at -> nodes.add(up(STANDBY, at)));
    SlotAssignment slot =
        new SlotAssignment(
            url.map(at -> NODE),
            standby.map(at -> List.of(STANDBY)).orElse(List.of()),
            offset + 1,
            Optional.empty());
    publish(ShardMap.of(version, nodes, Map.of(Area.SESSION, List.of(slot))));
  }

  void publish(ShardMap next) {
    current = next;
    listeners.forEach(listener -> listener.accept(next));
  }

  private static MapNode up(NodeId id, URI url) {
    return new MapNode(id, url, new Incarnation(1), MapNode.State.UP, Optional.empty());
  }

  @Override
  public ShardMap current() {
    return current;
  }

  @Override
  public CompletableFuture<ShardMap> newerThan(MapVersion seen) {
    throw new UnsupportedOperationException("calls follow maps through onChange");
  }

  @Override
  public Subscription onChange(Consumer<ShardMap> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
