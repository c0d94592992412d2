package dev.kintsugi.bench;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.adapter.proto.SlotCodec;
import dev.kintsugi.node.domain.Action;
import dev.kintsugi.node.domain.Lease;
import dev.kintsugi.node.domain.NodeMachine;
import dev.kintsugi.node.domain.NodeSettings;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.domain.SlotView;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Fills the machine of a standby with decoded records, lets the idempotency window pass, and prints
 * how much heap a session takes beyond its payload. Its time is virtual, its memory real.
 */
public final class HeapProbe {

  private static final NodeId SELF = new NodeId("node-1");
  private static final NodeId OTHER = new NodeId("node-2");
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration WINDOW_AND_MORE = Duration.ofMinutes(15);
  private static final long TICK_NANOS = Duration.ofMillis(500).toNanos();

  private final Areas areas = Data.areas();
  private final List<Action> out = new ArrayList<>();
  private final Map<SlotId, Long> offsets = new TreeMap<>();
  private final NodeMachine machine =
      new NodeMachine(
          SELF,
          areas,
          new Lease(Duration.ofMillis(200), Duration.ofMillis(100), new Incarnation(1), 0),
          0,
          (_, patch) -> Optional.of(patch),
          NodeSettings.of(Duration.ofHours(1)));

  private HeapProbe() {}

  /** Prints {@code overhead_bytes=… payload_bytes=…} for so many sessions. */
  public static void main(String[] arguments) {
    long sessions = Long.parseLong(arguments[0]);
    HeapProbe probe = new HeapProbe();
    probe.begin();
    long before = used();
    probe.fill(sessions);
    probe.passWindow();
    long used = used() - before;
    long payload = probe.machine.views().stream().mapToLong(SlotView::bytes).sum();
    System.out.printf(
        "overhead_bytes=%d payload_bytes=%d%n", (used - payload) / sessions, payload / sessions);
  }

  private void begin() {
    MapNode self = node(SELF);
    MapNode other = node(OTHER);
    Map<Area, List<SlotAssignment>> tables = new TreeMap<>();
    for (AreaPolicy policy : areas.all()) {
      tables.put(
          policy.area(),
          Collections.nCopies(policy.slots(), SlotAssignment.ownedBy(OTHER, List.of(SELF), 1)));
    }
    ShardMap map = ShardMap.of(new MapVersion(new Epoch(1, 1), 1), List.of(self, other), tables);
    machine.onMap(map, 0, BEGIN, out);
    map.forEachSlot((slot, _) -> {
      machine.onFollowed(slot);
      apply(slot, new SlotEntry.Owned(Data.EPOCH, Data.WRITER, OTHER, Duration.ofMillis(200), 1));
      apply(slot, new SlotEntry.Settled(Data.EPOCH, Data.WRITER));
    });
  }

  private static MapNode node(NodeId id) {
    return new MapNode(
        id, URI.create("http://" + id), new Incarnation(1), MapNode.State.UP, Optional.empty());
  }

  private void fill(long sessions) {
    for (long session = 0; session < sessions; session++) {
      for (AreaPolicy policy : areas.all()) {
        SlotEntry.Written written = Data.written(session, policy.area(), 1, BEGIN);
        apply(policy.slotOf(written.session().placement()), written);
      }
    }
  }

  /** As a replica reads it: from bytes. */
  private void apply(SlotId slot, SlotEntry.Signed entry) {
    SlotCodec.Wire wire = SlotCodec.encode(entry);
    SlotEntry read =
        SlotCodec.decode(
            wire.key(), name -> Optional.ofNullable(wire.headers().get(name)), wire.value());
    long offset = offsets.merge(slot, 1L, Long::sum) - 1;
    machine.onEntry(slot, offset, read, 0, BEGIN, out);
    out.clear();
  }

  private void passWindow() {
    for (long nanos = 0; nanos < WINDOW_AND_MORE.toNanos(); nanos += TICK_NANOS) {
      machine.onTick(nanos, BEGIN.plusNanos(nanos), out);
      out.clear();
    }
  }

  private static long used() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
