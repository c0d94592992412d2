package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** A look at the cluster at one moment: what the leader believes, or what the map says. */
final class Survey {

  private static final int FEWEST_COPIES = 2;

  private final ShardMap map;
  private final Membership membership;
  private final Weights weights;
  private final SortedMap<NodeId, MapNode> nodes = new TreeMap<>();

  Survey(ShardMap map, Membership membership, boolean leading, Weights weights) {
    this.map = map;
    this.membership = membership;
    this.weights = weights;
    membership.all().forEach(member -> nodes.put(member.id, member.mapNode()));
    map.nodes().forEach(node -> nodes.merge(node.id(), node, (own, told) -> leading ? own : told));
  }

  List<NodeView> nodes() {
    Map<NodeId, Integer> owned = new HashMap<>();
    Map<NodeId, Integer> standingBy = new HashMap<>();
    Map<NodeId, List<SlotId>> hot = new HashMap<>();
    for (SlotId slot : hotSlots()) {
      map.find(slot)
          .flatMap(SlotAssignment::owner)
          .ifPresent(owner -> hot.computeIfAbsent(owner, _ -> new ArrayList<>()).add(slot));
    }
    map.forEachSlot((_, assignment) -> {
      assignment.owner().ifPresent(owner -> owned.merge(owner, 1, Integer::sum));
      assignment.standbys().forEach(node -> standingBy.merge(node, 1, Integer::sum));
    });
    List<NodeView> views = new ArrayList<>();
    nodes.forEach((id, node) ->
        views.add(
            view(
                node,
                owned.getOrDefault(id, 0),
                standingBy.getOrDefault(id, 0),
                hot.getOrDefault(id, List.of()))));
    return views;
  }

  /** Slots that outweigh a node's fair share, sorted; none while nothing is measured. */
  Set<SlotId> hotSlots() {
    List<NodeId> takers =
        nodes.values().stream()
            .filter(
                node -> node.state() == MapNode.State.UP || node.state() == MapNode.State.SUSPECT)
            .map(MapNode::id)
            .toList();
    return weights.measured() && !takers.isEmpty()
        ? new TreeSet<>(Standing.of(map, takers, weights).share().hot())
        : Set.of();
  }

  private NodeView view(MapNode node, int owned, int standingBy, List<SlotId> hot) {
    Optional<Member> member = membership.find(node.id());
    int serving = 0;
    long shards = 0;
    long bytes = 0;
    long milliRequestsPerSecond = 0;
    for (SlotReport report : member.map(m -> m.reports).orElse(Map.of()).values()) {
      serving += report.role() == SlotReport.Role.SERVING ? 1 : 0;
      shards += report.shards();
      bytes += report.bytes();
      milliRequestsPerSecond += report.milliRequestsPerSecond();
    }
    return new NodeView(
        node,
        owned,
        standingBy,
        serving,
        shards,
        bytes,
        milliRequestsPerSecond,
        hot,
        member.flatMap(m -> m.lastHeartbeat),
        node.state() == MapNode.State.DRAINING);
  }

  Health health(boolean upToDate, boolean leading, boolean tableTooLarge, long handovers) {
    int[] counts = new int[4];
    map.forEachSlot((slot, assignment) -> {
      counts[0]++;
      counts[1] += assignment.owner().filter(this::live).isPresent() ? 0 : 1;
      counts[2] += liveCopies(slot, assignment) < FEWEST_COPIES ? 1 : 0;
      counts[3] += assignment.releasing().isPresent() ? 1 : 0;
    });
    return new Health(
        leading,
        upToDate,
        map.version(),
        in(MapNode.State.UP),
        in(MapNode.State.SUSPECT),
        in(MapNode.State.DEAD),
        in(MapNode.State.DRAINING),
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        tableTooLarge,
        handovers);
  }

  /** How many live copies each slot of the map has. */
  SortedMap<SlotId, Integer> liveCopies() {
    SortedMap<SlotId, Integer> copies = new TreeMap<>();
    map.forEachSlot((slot, assignment) -> copies.put(slot, liveCopies(slot, assignment)));
    return copies;
  }

  /** A node that the map names but that still reads the log, or has lost its copy, has none. */
  private int liveCopies(SlotId slot, SlotAssignment assignment) {
    int copies = 0;
    for (NodeId holder : Draft.holders(assignment)) {
      copies += live(holder) && hasCaughtUp(holder, slot) ? 1 : 0;
    }
    return copies;
  }

  private boolean hasCaughtUp(NodeId node, SlotId slot) {
    return membership
        .find(node)
        .filter(member -> !member.missing)
        .flatMap(member -> member.report(slot))
        .filter(SlotReport::caughtUp)
        .isPresent();
  }

  private boolean live(NodeId node) {
    MapNode known = nodes.get(node);
    return known != null && known.state() != MapNode.State.DEAD;
  }

  private int in(MapNode.State state) {
    return (int) nodes.values().stream().filter(node -> node.state() == state).count();
  }
}
