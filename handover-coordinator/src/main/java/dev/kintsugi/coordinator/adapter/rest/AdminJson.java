package dev.kintsugi.coordinator.adapter.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kintsugi.coordinator.domain.Handover;
import dev.kintsugi.coordinator.domain.Move;
import dev.kintsugi.coordinator.domain.NodeView;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The bodies of the administration's answers. What is absent is not known or does not apply. */
final class AdminJson {

  private AdminJson() {}

  /** Who leads. */
  record Leader(String id, String url, String epoch) {}

  /** A node of the map. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Node(
      String id,
      String url,
      String state,
      String incarnation,
      @Nullable String zone,
      int owned,
      int standingBy,
      int serving,
      long shards,
      long bytes,
      boolean leaving,
      @Nullable Instant lastHeartbeat,
      @Nullable Long heartbeatAgeMillis) {}

  /** All nodes. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Nodes(String coordinator, @Nullable Leader leader, String version, List<Node> nodes) {}

  /** A node as the table names it. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record TableNode(
      String id, String url, String state, String incarnation, @Nullable String zone) {}

  /**
   * One line of the table.
   *
   * @param liveCopies held by nodes that live and have read the slot's log to its end
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Slot(
      int slot,
      @Nullable String owner,
      List<String> standbys,
      long grant,
      @Nullable String releasing,
      int liveCopies) {}

  /** The table. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Table(
      String version,
      @Nullable Leader leader,
      List<TableNode> nodes,
      Map<String, List<Slot>> areas) {}

  /** One handover. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Change(
      long number,
      String slot,
      @Nullable String from,
      String to,
      String kind,
      String reason,
      long grant,
      @Nullable Instant lastHeartbeat,
      @Nullable Instant detected,
      Instant published,
      @Nullable Instant serving,
      @Nullable Long gapMillis) {}

  /** The latest handovers, newest first. */
  record Changes(List<Change> handovers) {}

  /** A move that a rebalance makes. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Step(String slot, String what, @Nullable String from, @Nullable String to) {}

  /** What a rebalance makes, or would make. */
  record Rebalance(boolean dryRun, List<Step> moves) {}

  /** That a command was taken. */
  record Taken(String node, boolean draining) {}

  static @Nullable Leader leader(Optional<ShardMapLog.Leader> leader) {
    return leader.map(l -> new Leader(l.coordinator(), l.url(), l.epoch().toString())).orElse(null);
  }

  static Node node(NodeView view, Instant now) {
    MapNode node = view.node();
    return new Node(
        node.id().value(),
        node.url().toString(),
        node.state().name(),
        node.incarnation().toString(),
        node.zone().orElse(null),
        view.owned(),
        view.standingBy(),
        view.serving(),
        view.shards(),
        view.bytes(),
        view.leaving(),
        view.lastHeartbeat().orElse(null),
        view.lastHeartbeat().map(at -> Duration.between(at, now).toMillis()).orElse(null));
  }

  static Table table(
      ShardMap map, Optional<ShardMapLog.Leader> leader, Map<SlotId, Integer> liveCopies) {
    Map<String, List<Slot>> areas = new TreeMap<>();
    for (Area area : map.areas()) {
      List<Slot> slots = new ArrayList<>();
      for (SlotAssignment assignment : map.slots(area)) {
        int number = slots.size();
        int copies = liveCopies.getOrDefault(new SlotId(area, number), 0);
        slots.add(slot(number, assignment, copies));
      }
      areas.put(area.value(), slots);
    }
    return new Table(
        map.version().toString(),
        leader(leader),
        map.nodes().stream().map(AdminJson::tableNode).toList(),
        areas);
  }

  private static TableNode tableNode(MapNode node) {
    return new TableNode(
        node.id().value(),
        node.url().toString(),
        node.state().name(),
        node.incarnation().toString(),
        node.zone().orElse(null));
  }

  private static Slot slot(int number, SlotAssignment assignment, int liveCopies) {
    return new Slot(
        number,
        name(assignment.owner()),
        assignment.standbys().stream().map(NodeId::value).toList(),
        assignment.grant(),
        name(assignment.releasing()),
        liveCopies);
  }

  private static @Nullable String name(Optional<NodeId> node) {
    return node.map(NodeId::value).orElse(null);
  }

  /** A handover; its gap runs from the last sign of the old owner to the first of the new one. */
  static Change change(Handover handover) {
    Instant begin = handover.lastHeartbeat().or(handover::detected).orElse(handover.published());
    return new Change(
        handover.number(),
        handover.slot().toString(),
        name(handover.from()),
        handover.to().value(),
        handover.kind().name(),
        handover.reason(),
        handover.grant(),
        handover.lastHeartbeat().orElse(null),
        handover.detected().orElse(null),
        handover.published(),
        handover.serving().orElse(null),
        handover.serving().map(at -> Duration.between(begin, at).toMillis()).orElse(null));
  }

  static Step step(Move move) {
    return new Step(move.slot().toString(), move.what().name(), name(move.from()), name(move.to()));
  }
}
