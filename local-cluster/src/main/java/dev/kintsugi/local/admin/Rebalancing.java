package dev.kintsugi.local.admin;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What a rebalance moves, or would move, as the coordinator tells it.
 *
 * @param version of the map that it starts from
 * @param by {@code requests} where loads are measured, else {@code slots}
 * @param before the busiest node's load by the mean one's
 * @param after the same once all moves are made
 * @param least the smallest such ratio that any table could have
 * @param sessions with a shard in the slots that get another owner
 * @param bytes to be copied
 */
public record Rebalancing(
    boolean dryRun,
    String version,
    String by,
    double before,
    double after,
    double least,
    long owners,
    long sessions,
    long bytes,
    List<Node> nodes,
    List<Move> moves) {

  /** A node before and after; {@code hot}: slots it owns afterwards that outweigh a fair share. */
  public record Node(String id, Stock before, Stock after, List<String> hot) {}

  /** What a node has: owned slots, copies, what the owned ones are asked for, what all weigh. */
  public record Stock(int owned, int copies, double requests, long sessions, long bytes) {}

  /**
   * One move.
   *
   * @param what {@code OWNER} or {@code COPY}
   * @param from empty for an additional copy
   * @param to empty for a copy that goes
   */
  public record Move(String slot, String what, String from, String to, long sessions, long bytes) {}

  public Rebalancing {
    nodes = List.copyOf(nodes);
    moves = List.copyOf(moves);
  }

  static Rebalancing of(JsonNode answer) {
    List<Node> nodes = new ArrayList<>();
    for (JsonNode node : answer.path("nodes")) {
      List<String> hot = new ArrayList<>();
      node.path("hot").forEach(slot -> hot.add(slot.asString("")));
      nodes.add(
          new Node(
              node.path("id").asString(""),
              stock(node.path("before")),
              stock(node.path("after")),
              List.copyOf(hot)));
    }
    List<Move> moves = new ArrayList<>();
    for (JsonNode move : answer.path("moves")) {
      moves.add(
          new Move(
              move.path("slot").asString(""),
              move.path("what").asString(""),
              move.path("from").asString(""),
              move.path("to").asString(""),
              move.path("sessions").asLong(0),
              move.path("bytes").asLong(0)));
    }
    JsonNode imbalance = answer.path("imbalance");
    return new Rebalancing(
        answer.path("dryRun").asBoolean(true),
        answer.path("version").asString(""),
        answer.path("by").asString(""),
        imbalance.path("before").asDouble(0),
        imbalance.path("after").asDouble(0),
        imbalance.path("least").asDouble(0),
        answer.path("ownersMoved").asLong(0),
        answer.path("sessionsMoved").asLong(0),
        answer.path("bytesCopied").asLong(0),
        nodes,
        moves);
  }

  private static Stock stock(JsonNode stock) {
    return new Stock(
        stock.path("owned").asInt(0),
        stock.path("copies").asInt(0),
        stock.path("requestsPerSecond").asDouble(0),
        stock.path("sessions").asLong(0),
        stock.path("bytes").asLong(0));
  }
}
