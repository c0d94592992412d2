package dev.kintsugi.coordinator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** Coordinators, nodes and a log on virtual time; everything is checked after each step. */
final class SimWorld {

  private static final long STEP_NANOS = 5_000_000;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  final Random random;
  final SimLog log = new SimLog();
  final List<SimCoordinator> coordinators = new ArrayList<>();
  final Map<NodeId, SimNode> nodes = new TreeMap<>();
  final int minNodes;
  double lostAppends;

  /** A table with more nodes than these is larger than the log takes. */
  int mostNodesInTable = Integer.MAX_VALUE;

  long nanos = 1_000_000_000L;
  private long incarnations = 1_000;

  SimWorld(long seed, int coordinators, int nodes) {
    this.random = new Random(seed);
    this.minNodes = nodes;
    for (int i = 1; i <= coordinators; i++) {
      this.coordinators.add(new SimCoordinator(this, "coordinator-" + i, ++incarnations));
    }
    for (int i = 1; i <= nodes; i++) {
      add("node-" + i);
    }
  }

  SimNode add(String name) {
    SimNode node = new SimNode(new NodeId(name));
    node.nextHeartbeatNanos = nanos + random.nextLong(100_000_000);
    nodes.put(node.id, node);
    return node;
  }

  Settings settings(String name) {
    return new Settings(
        new CoordinatorId(name),
        "http://" + name,
        Town.areas(8, 2, "settings"),
        Timing.DEFAULT,
        new Limits(minNodes, 4, 8, 256),
        Duration.ofNanos(tickNanos()),
        100);
  }

  long tickNanos() {
    return 25_000_000;
  }

  long nextIncarnation() {
    return ++incarnations;
  }

  Now now() {
    return new Now(nanos, BEGIN.plusNanos(nanos));
  }

  long latencyNanos() {
    return 1_000_000 + random.nextLong(8_000_000);
  }

  boolean losesAppends() {
    return random.nextDouble() < lostAppends;
  }

  boolean isTooLarge(ShardMap table) {
    return table.nodes().size() > mostNodesInTable;
  }

  boolean released(NodeId old, SlotId slot, long grant) {
    return nodes.get(old).released.getOrDefault(slot, 0L) >= grant;
  }

  void knock(SimCoordinator from, Action.Knock knock) {
    SimNode node = nodes.get(knock.node());
    ProbeResult result =
        !node.alive
            ? ProbeResult.REFUSED
            : node.paused ? ProbeResult.UNCLEAR : ProbeResult.ANSWERED;
    long delay = node.paused ? 250_000_000 : latencyNanos();
    from.send(new Event.Probed(knock.node(), knock.incarnation(), result), delay);
  }

  void step() {
    nanos += STEP_NANOS;
    for (SimNode node : nodes.values()) {
      if (node.runs()) {
        node.read(log, nanos);
        if (nanos - node.nextHeartbeatNanos >= 0) {
          node.nextHeartbeatNanos = nanos + 100_000_000;
          Heartbeat heartbeat = node.heartbeat(this);
          coordinators.forEach(c -> c.send(new Event.Heard(heartbeat), latencyNanos()));
        }
      }
    }
    coordinators.forEach(SimCoordinator::land);
    coordinators.forEach(SimCoordinator::step);
    check();
  }

  private void check() {
    ShardMap map = log.truth.map();
    map.forEachSlot((slot, a) -> {
      boolean liveCopy =
          Draft.holders(a).stream().anyMatch(n -> map.node(n).isPresent() && believedAlive(map, n));
      if (liveCopy) {
        assertThat(a.owner()).as("owner of %s in %s", slot, map.version()).isPresent();
        assertThat(believedAlive(map, a.owner().orElseThrow())).isTrue();
      }
      assertThat(Draft.holders(a)).doesNotHaveDuplicates();
    });
    long effective =
        coordinators.stream()
            .filter(c -> c.alive && c.rules.isLeading())
            .filter(c -> c.rules.leader().orElseThrow().equals(log.truth.leader().orElseThrow()))
            .count();
    assertThat(effective).as("leaders in force").isLessThanOrEqualTo(1);
  }

  private static boolean believedAlive(ShardMap map, NodeId node) {
    return map.node(node).orElseThrow().state() != dev.kintsugi.core.MapNode.State.DEAD;
  }

  void run(Duration duration) {
    long end = nanos + duration.toNanos();
    while (nanos - end < 0) {
      step();
    }
  }

  /** Runs until the condition holds and returns how long that took; fails after {@code limit}. */
  Duration until(Duration limit, BooleanSupplier condition) {
    long begin = nanos;
    while (!condition.getAsBoolean()) {
      step();
      assertThat(Duration.ofNanos(nanos - begin))
          .as("time until the awaited; map %s", log.truth.map())
          .isLessThanOrEqualTo(limit);
    }
    return Duration.ofNanos(nanos - begin);
  }

  boolean hasMap() {
    return !log.truth.map().areas().isEmpty();
  }

  SimCoordinator leader() {
    return coordinators.stream()
        .filter(c -> c.alive && c.rules.isLeading())
        .filter(c -> c.rules.leader().equals(log.truth.leader()))
        .findFirst()
        .orElseThrow();
  }

  /** Whether every running node goes by the table that is in force by the log. */
  boolean isFollowed() {
    return hasMap()
        && nodes.values().stream()
            .filter(SimNode::runs)
            .allMatch(node -> node.version().equals(log.truth.map().version()));
  }

  boolean owns(NodeId node) {
    boolean[] owns = new boolean[1];
    log.truth.map().forEachSlot((_, a) -> owns[0] |= a.isOwner(node));
    return owns[0];
  }

  /** Whether every slot is owned and stood by for by running nodes, nothing moves, all is even. */
  boolean isCalm() {
    Map<NodeId, Integer> owned = new TreeMap<>();
    boolean[] calm = {hasMap()};
    log.truth
        .map()
        .forEachSlot((_, a) -> {
          calm[0] &= a.owner().isPresent() && a.standbys().size() == 1 && a.releasing().isEmpty();
          calm[0] &= Draft.holders(a).stream().allMatch(n -> nodes.get(n).runs());
          a.owner().ifPresent(o -> owned.merge(o, 1, Integer::sum));
        });
    java.util.Set<NodeId> running = new java.util.TreeSet<>();
    nodes.values().stream().filter(SimNode::runs).forEach(n -> running.add(n.id));
    return calm[0] && Town.gap(owned, running) <= 1;
  }

  SimWorld settled() {
    until(Duration.ofSeconds(30), this::isCalm);
    return this;
  }
}
