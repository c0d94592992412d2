package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What evening out moves, and what comes of it. Immutable.
 *
 * @param version of the map that it starts from
 * @param started whether it has begun; else nothing was done
 * @param measured whether loads decide; else counts do
 * @param moves sorted by slot
 * @param nodes that may hold slots for good, by id
 * @param before the busiest node's load by the mean one's
 * @param after the same once all moves are made
 * @param least the smallest such ratio that any table could have
 */
public record Rebalance(
    MapVersion version,
    boolean started,
    boolean measured,
    List<Costed> moves,
    List<Node> nodes,
    double before,
    double after,
    double least) {

  /**
   * A move and what it is about.
   *
   * @param sessions with a shard in the slot
   * @param bytes that a copy of it weighs
   * @param copied whether a copy has to be made
   */
  public record Costed(Move move, long sessions, long bytes, boolean copied) {}

  /**
   * A node before and after.
   *
   * @param hot slots that it owns afterwards and that outweigh a fair share
   */
  public record Node(NodeId id, State before, State after, List<SlotId> hot) {}

  /**
   * What a node has.
   *
   * @param requestsPerSecond of the slots that it owns; 0 where nothing is measured
   * @param sessions with a shard in those
   * @param bytes that all its copies weigh
   */
  public record State(int owned, int copies, double requestsPerSecond, long sessions, long bytes) {}

  public Rebalance {
    moves = List.copyOf(moves);
    nodes = List.copyOf(nodes);
  }

  /** How many slots get another owner. */
  public long ownersMoved() {
    return moves.stream().filter(it -> it.move().what() == Move.What.OWNER).count();
  }

  /** Sessions whose shards in a slot get another owner; once for each slot. */
  public long sessionsMoved() {
    return moves.stream()
        .filter(it -> it.move().what() == Move.What.OWNER)
        .mapToLong(Costed::sessions)
        .sum();
  }

  /** What has to be copied, in bytes. */
  public long bytesCopied() {
    return moves.stream().filter(Costed::copied).mapToLong(Costed::bytes).sum();
  }

  static Rebalance of(MapVersion version, Placement.Way way, Fleet fleet, boolean started) {
    Draft start = way.start();
    Draft end = way.end();
    Weights weights = start.weights();
    List<NodeId> active = fleet.active();
    FairShare share = FairShare.of(start.slots(), weights, Math.max(1, active.size()));
    List<Costed> moves = new ArrayList<>();
    for (Move move : way.remaining()) {
      SlotLoad load = weights.load(move.slot());
      boolean copied = move.what() == Move.What.COPY && move.to().isPresent();
      moves.add(new Costed(move, load.sessions(), load.bytes(), copied));
    }
    List<Node> nodes = new ArrayList<>();
    for (NodeId node : active) {
      Set<SlotId> hot = new HashSet<>(end.owns(node));
      hot.retainAll(share.hot());
      nodes.add(
          new Node(node, state(start, node), state(end, node), hot.stream().sorted().toList()));
    }
    double mean = share.mean() == 0 ? 1 : share.mean();
    return new Rebalance(
        version,
        started,
        weights.measured(),
        moves,
        nodes,
        busiest(start, active) / mean,
        busiest(end, active) / mean,
        share.bound() / mean);
  }

  private static double busiest(Draft draft, List<NodeId> nodes) {
    return nodes.stream().mapToDouble(draft::load).max().orElse(0);
  }

  private static State state(Draft draft, NodeId node) {
    double requests = 0;
    long sessions = 0;
    long bytes = 0;
    for (SlotId slot : draft.owns(node)) {
      SlotLoad load = draft.weights().load(slot);
      requests += load.requests();
      sessions += load.sessions();
      bytes += load.bytes();
    }
    for (SlotId slot : draft.standsBy(node)) {
      bytes += draft.weights().load(slot).bytes();
    }
    return new State(draft.owned(node), draft.copies(node), requests, sessions, bytes);
  }
}
