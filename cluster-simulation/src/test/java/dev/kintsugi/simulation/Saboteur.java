package dev.kintsugi.simulation;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Carries planned faults out. */
final class Saboteur {

  private static final long RETRY_NANOS = 1_000_000;

  private final Cluster cluster;
  private final Scheduler scheduler;

  Saboteur(Cluster cluster) {
    this.cluster = cluster;
    this.scheduler = cluster.scheduler;
  }

  void schedule(List<Fault> faults) {
    faults.forEach(fault -> scheduler.after(fault.atNanos(), () -> carryOut(fault)));
  }

  private void carryOut(Fault fault) {
    cluster.chaos.count();
    cluster.trace.note(() -> "*** " + fault);
    SimNode node = cluster.nodes.get(fault.one() % cluster.nodes.size());
    SimCoordinator coordinator =
        cluster.coordinators.get(fault.one() % cluster.coordinators.size());
    switch (fault.kind()) {
      case CRASH_NODE -> {
        node.crash();
        scheduler.after(fault.nanos(), () -> restart(node));
      }
      case PAUSE_NODE, LONG_PAUSE -> {
        if (fault.other() % 4 == 0) {
          node.sleep(fault.nanos());
        } else {
          node.pause(fault.nanos());
        }
      }
      case LONG_STALL -> node.stallSlots(fault.nanos());
      case STALL_READER -> node.stallReading(fault.nanos());
      case NO_LOGS -> node.loseLogs(fault.nanos());
      case LEAVE -> {
        node.leave();
        scheduler.after(
            fault.nanos(),
            () -> {
              node.crash();
              restart(node);
            });
      }
      case CUT -> cluster.network.cut(node.id.value(), otherEnd(fault, node), fault.nanos());
      case SLOT_LOG_AWAY ->
          cluster.slotLog(slot(fault.other())).away(scheduler.nowNanos() + fault.nanos());
      case KAFKA_AWAY -> {
        long until = scheduler.nowNanos() + fault.nanos();
        cluster.slotLogs.values().forEach(log -> log.away(until));
        cluster.leaseLogs.forEach(log -> log.away(until));
        cluster.mapLog.away(until);
      }
      case CRASH_COORDINATOR -> {
        coordinator.crash();
        scheduler.after(
            fault.nanos(),
            () -> {
              if (!coordinator.isAlive()) {
                coordinator.start();
              }
            });
      }
      case PAUSE_COORDINATOR -> coordinator.pause(fault.nanos());
      case WRONG_VERDICT -> assign(slot(fault.other()), node.id, false);
      case MOVE -> assign(slot(fault.other()), node.id, true);
      case ORDERLY_MOVE -> assignInOrder(slot(fault.other()), node.id);
      case GIVEN_AWAY_TWICE -> giveAwayTwice(fault, node);
      case CRASH_WHILE_ENDING -> crashWhileEnding(fault);
      case GIVEN_BACK -> giveBack(fault, node);
      case SLOW_HEARTBEATS -> slowHeartbeats(fault, node);
      case CLOCK_SET -> node.setClock((fault.other() % 4_000 - 2_000) * 1_000_000L);
    }
  }

  private void giveAwayTwice(Fault fault, SimNode first) {
    SlotId slot = slot(fault.other());
    boolean renews = fault.other() / 28 % 2 == 0;
    cluster.truth.owner(slot).map(cluster::node).ifPresent(owner -> stall(owner, renews));
    assign(slot, first.id, false);
    if (fault.other() / 56 % 2 == 0) {
      // With luck between its ownership record and its fences.
      cluster.ambush(
          100_000_000,
          (where, entry) ->
              where.equals(slot)
                  && entry instanceof SlotEntry.Owned owned
                  && owned.node().equals(first.id),
          () -> scheduler.after(fault.other() / 112 % 30 * 100_000L, first::crash));
      scheduler.after(700_000_000, () -> restart(first));
    }
    int next = (fault.one() + 1 + fault.other() / 7 % 2) % cluster.nodes.size();
    boolean planned = fault.other() / 14 % 2 == 0;
    scheduler.after(fault.nanos(), () -> assign(slot, cluster.nodes.get(next).id, planned));
  }

  /** What was laid in wait for may come after everything else is over. */
  private void crashUnlessCalm(SimNode node) {
    if (!cluster.lifespans.isCalm()) {
      node.crash();
    }
  }

  private void crashWhileEnding(Fault fault) {
    for (SlotId slot : cluster.slotLogs.keySet()) {
      cluster.ambush(
          1_500_000_000,
          (where, entry) -> where.equals(slot) && isEnding(entry),
          () ->
              cluster
                  .truth
                  .owner(slot)
                  .map(cluster::node)
                  .ifPresent(owner -> {
                    scheduler.after(fault.other() % 30 * 100_000L, () -> crashUnlessCalm(owner));
                    scheduler.after(5_000_000 + fault.nanos(), () -> restart(owner));
                  }));
    }
  }

  private static boolean isEnding(SlotEntry entry) {
    return entry instanceof SlotEntry.Written written
        && written
            .shard()
            .flatMap(Shard::facts)
            .filter(facts -> facts.state() == SessionFacts.State.ENDING)
            .isPresent();
  }

  /** The owner reads no slot log meanwhile, so that its release is on its way for long. */
  private void giveBack(Fault fault, SimNode to) {
    SlotId slot = slot(fault.other());
    Optional<NodeId> owner = cluster.truth.owner(slot).filter(id -> !id.equals(to.id));
    if (owner.isPresent()) {
      assign(slot, to.id, true);
      scheduler.after(
          fault.other() / 7 % 30 * 200_000L,
          () -> cluster.node(owner.get()).stallSlots(700_000_000));
      scheduler.after(
          5_000_000 + fault.other() / 210 % 40 * 250_000L, () -> assign(slot, owner.get(), false));
      scheduler.after(20_000_000 + fault.nanos(), () -> assign(slot, to.id, false));
    }
  }

  private static void stall(SimNode owner, boolean renews) {
    if (renews) {
      owner.stallSlots(900_000_000);
    } else {
      owner.stallReading(900_000_000);
    }
  }

  private void slowHeartbeats(Fault fault, SimNode to) {
    SlotId slot = slot(fault.other());
    Optional<NodeId> owner = cluster.truth.owner(slot).filter(id -> !id.equals(to.id));
    if (owner.isPresent()) {
      SimNode from = cluster.node(owner.get());
      cluster.leaseLogs.get(from.leasePartition).away(scheduler.nowNanos() + fault.nanos());
      scheduler.after(
          fault.nanos() - 10_000_000 + fault.other() % 20 * 1_000_000L,
          () -> assign(slot, to.id, false));
      scheduler.after(
          fault.nanos() + 500_000 + fault.other() / 20 % 20 * 400_000L,
          () -> {
            if (fault.one() % 2 == 0) {
              from.stallReading(450_000_000);
            } else {
              from.pause(230_000_000 + fault.other() % 170 * 1_000_000L);
            }
          });
    }
  }

  private static void restart(SimNode node) {
    if (!node.isAlive()) {
      node.start();
    }
  }

  private String otherEnd(Fault fault, SimNode node) {
    List<String> others = new ArrayList<>();
    cluster.coordinators.forEach(coordinator -> others.add(coordinator.name));
    cluster.nodes.stream()
        .filter(one -> one != node)
        .forEach(one -> {
          others.add(one.id.value());
        });
    for (int i = 0; i < 4; i++) {
      others.add("client-" + i);
    }
    return others.get(fault.other() % others.size());
  }

  private SlotId slot(int number) {
    return List.copyOf(cluster.slotLogs.keySet()).get(number % cluster.slotLogs.size());
  }

  /**
   * Writes a table in the leader's name that gives a slot to a node, as a leader in error would.
   */
  void assign(SlotId slot, NodeId to, boolean planned) {
    ShardMapLog log = new ShardMapLog();
    for (var record = cluster.mapLog.next(log.nextOffset());
        record.isPresent();
        record = cluster.mapLog.next(log.nextOffset())) {
      var _ = log.apply(record.get().offset(), record.get().entry());
    }
    Optional<SlotAssignment> before = log.map().find(slot);
    if (log.leader().isEmpty() || before.isEmpty() || before.get().isOwner(to)) {
      return;
    }
    ShardMapLog.Leader leader = log.leader().get();
    ShardMap changed = with(log.map(), slot, moved(before.get(), to, planned));
    cluster.append(new ShardMapLog.Entry.Table(leader.epoch(), leader.incarnation(), changed));
  }

  /**
   * As {@link #assign} does, but as a leader would: once the move before is over, and so that it
   * cannot be taken back unknowingly, while no table is under way and the leader reads this one at
   * once.
   */
  private void assignInOrder(SlotId slot, NodeId to) {
    if (cluster.coordinators.stream().anyMatch(it -> it.hasTableUnderWay() || it.isMoving(slot))) {
      scheduler.after(RETRY_NANOS, () -> assignInOrder(slot, to));
      return;
    }
    assign(slot, to, true);
    cluster.coordinators.forEach(SimCoordinator::readAtOnce);
  }

  /** The grant leaves room for that of a table of the leader's own that is under way meanwhile. */
  private SlotAssignment moved(SlotAssignment before, NodeId to, boolean planned) {
    List<NodeId> standbys =
        cluster.nodes.stream().map(node -> node.id).filter(id -> !id.equals(to)).toList();
    return new SlotAssignment(
        Optional.of(to), standbys, before.grant() + 2, planned ? before.owner() : Optional.empty());
  }

  static ShardMap with(ShardMap map, SlotId changed, SlotAssignment assignment) {
    Map<Area, List<SlotAssignment>> table = new TreeMap<>();
    map.forEachSlot((slot, now) ->
        table
            .computeIfAbsent(slot.area(), _ -> new ArrayList<>())
            .add(slot.equals(changed) ? assignment : now));
    return ShardMap.of(MapVersion.NONE, map.nodes(), table);
  }
}
