package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node that follows the map, catches up within 200 ms, releases when told to, and reports. */
final class SimNode {

  private static final long COPY_NANOS = 200_000_000;

  final NodeId id;
  boolean alive = true;
  boolean paused;
  boolean leaving;
  long incarnation = 1;
  long nextHeartbeatNanos;
  private long sequence;
  private ShardMapLog log = new ShardMapLog();
  private int cuts;

  /** The newest that it has ever read: it goes by no older one. */
  private ShardMap newest = ShardMap.EMPTY;

  /** Whether it is of a version that does not say which map it knows. */
  boolean silentAboutMap;

  private final Map<SlotId, Long> copiedAtNanos = new HashMap<>();
  final Map<SlotId, Long> released = new HashMap<>();

  SimNode(NodeId id) {
    this.id = id;
  }

  URI url() {
    return URI.create("http://" + id + ":1");
  }

  void kill() {
    alive = false;
    paused = false;
    leaving = false;
  }

  void restart() {
    alive = true;
    paused = false;
    incarnation++;
    sequence = 0;
    log = new ShardMapLog();
    newest = ShardMap.EMPTY;
    copiedAtNanos.clear();
  }

  boolean runs() {
    return alive && !paused;
  }

  MapVersion version() {
    return newest.version();
  }

  void read(SimLog shared, long nowNanos) {
    if (cuts != shared.cuts) {
      cuts = shared.cuts;
      log = new ShardMapLog();
    }
    while (log.nextOffset() < shared.entries.size()) {
      log.apply(log.nextOffset(), shared.entries.get((int) log.nextOffset()));
    }
    if (log.map().version().newerThan(newest.version())) {
      newest = log.map();
    }
    ShardMap map = newest;
    copiedAtNanos.keySet().removeIf(slot -> !map.find(slot).orElseThrow().involves(id));
    map.forEachSlot((slot, a) -> {
      if (a.involves(id)) {
        copiedAtNanos.putIfAbsent(slot, nowNanos + COPY_NANOS);
      }
      if (a.releasing().filter(id::equals).isPresent()) {
        released.put(slot, a.grant());
      }
    });
  }

  Heartbeat heartbeat(SimWorld world) {
    sequence++;
    Map<SlotId, SlotReport> reports = new HashMap<>();
    newest.forEachSlot((slot, a) -> {
      if (a.involves(id)) {
        reports.put(slot, report(world, slot, a));
      }
    });
    return new Heartbeat(
        id,
        new Incarnation(incarnation),
        url(),
        sequence,
        reports,
        Optional.empty(),
        leaving,
        Memory.UNKNOWN,
        List.of(),
        LogContact.UNKNOWN,
        0,
        silentAboutMap ? MapVersion.NONE : newest.version());
  }

  private SlotReport report(SimWorld world, SlotId slot, SlotAssignment a) {
    boolean caughtUp = world.nanos - copiedAtNanos.getOrDefault(slot, Long.MAX_VALUE) >= 0;
    boolean free = a.releasing().map(old -> world.released(old, slot, a.grant())).orElse(true);
    SlotReport.Role role =
        !a.isOwner(id)
            ? SlotReport.Role.STANDBY
            : caughtUp && free ? SlotReport.Role.SERVING : SlotReport.Role.TAKING;
    long grant = role == SlotReport.Role.SERVING ? a.grant() : Math.max(0, a.grant() - 1);
    return new SlotReport(role, caughtUp ? 100 : 3, new Epoch(grant, 1), 1, 10, caughtUp);
  }
}
