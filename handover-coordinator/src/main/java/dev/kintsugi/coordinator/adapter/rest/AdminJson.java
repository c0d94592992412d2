package dev.kintsugi.coordinator.adapter.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.kintsugi.coordinator.domain.Handover;
import dev.kintsugi.coordinator.domain.Move;
import dev.kintsugi.coordinator.domain.NodeView;
import dev.kintsugi.coordinator.domain.Rebalance;
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
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The bodies of the administration's answers. What is absent is not known or does not apply. */
final class AdminJson {

  private static final double MILLI = 1_000;

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
      double requestsPerSecond,
      List<String> hot,
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
   * @param hot present only where the slot outweighs a node's fair share of all requests
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Slot(
      int slot,
      @Nullable String owner,
      List<String> standbys,
      long grant,
      @Nullable String releasing,
      int liveCopies,
      @Nullable Boolean hot) {}

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

  /**
   * A move that a rebalance makes.
   *
   * @param copied whether a copy has to be made, of so many bytes
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Step(
      String slot,
      String what,
      @Nullable String from,
      @Nullable String to,
      long sessions,
      long bytes,
      boolean copied) {}

  /** The busiest node's load by the mean one's; {@code least}: no table could have less. */
  record Imbalance(double before, double after, double least) {}

  /**
   * What a node has: slots it owns with their sessions and requests, and the bytes of all copies.
   */
  record Stock(int owned, int copies, double requestsPerSecond, long sessions, long bytes) {}

  /** A node before and after a rebalance. */
  record Balanced(String id, Stock before, Stock after, List<String> hot) {}

  /** What a rebalance makes, or would make. */
  record Moves(
      boolean dryRun,
      String version,
      String by,
      Imbalance imbalance,
      long ownersMoved,
      long sessionsMoved,
      long bytesCopied,
      List<Balanced> nodes,
      List<Step> moves) {}

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
        view.milliRequestsPerSecond() / MILLI,
        view.hot().stream().map(SlotId::toString).toList(),
        view.leaving(),
        view.lastHeartbeat().orElse(null),
        view.lastHeartbeat().map(at -> Duration.between(at, now).toMillis()).orElse(null));
  }

  static Table table(
      ShardMap map,
      Optional<ShardMapLog.Leader> leader,
      Map<SlotId, Integer> liveCopies,
      Set<SlotId> hot) {
    Map<String, List<Slot>> areas = new TreeMap<>();
    for (Area area : map.areas()) {
      List<Slot> slots = new ArrayList<>();
      for (SlotAssignment assignment : map.slots(area)) {
        SlotId id = new SlotId(area, slots.size());
        slots.add(slot(id, assignment, liveCopies.getOrDefault(id, 0), hot.contains(id)));
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

  private static Slot slot(SlotId id, SlotAssignment assignment, int liveCopies, boolean hot) {
    return new Slot(
        id.number(),
        name(assignment.owner()),
        assignment.standbys().stream().map(NodeId::value).toList(),
        assignment.grant(),
        name(assignment.releasing()),
        liveCopies,
        hot ? Boolean.TRUE : null);
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

  static Moves moves(Rebalance rebalance) {
    return new Moves(
        !rebalance.started(),
        rebalance.version().toString(),
        rebalance.measured() ? "requests" : "slots",
        new Imbalance(
            rounded(rebalance.before()), rounded(rebalance.after()), rounded(rebalance.least())),
        rebalance.ownersMoved(),
        rebalance.sessionsMoved(),
        rebalance.bytesCopied(),
        rebalance.nodes().stream().map(AdminJson::balanced).toList(),
        rebalance.moves().stream().map(AdminJson::step).toList());
  }

  private static Balanced balanced(Rebalance.Node node) {
    return new Balanced(
        node.id().value(),
        stock(node.before()),
        stock(node.after()),
        node.hot().stream().map(SlotId::toString).toList());
  }

  private static Stock stock(Rebalance.State state) {
    return new Stock(
        state.owned(),
        state.copies(),
        rounded(state.requestsPerSecond()),
        state.sessions(),
        state.bytes());
  }

  private static double rounded(double value) {
    return Math.round(value * MILLI) / MILLI;
  }

  private static Step step(Rebalance.Costed costed) {
    Move move = costed.move();
    return new Step(
        move.slot().toString(),
        move.what().name(),
        name(move.from()),
        name(move.to()),
        costed.sessions(),
        costed.bytes(),
        costed.copied());
  }
}
