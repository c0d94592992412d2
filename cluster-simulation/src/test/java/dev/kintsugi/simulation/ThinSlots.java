package dev.kintsugi.simulation;

import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * I8: a slot with fewer than two live copies is shown as such in time, and not for much longer than
 * it has them. Looked at after every step. Not thread-safe.
 */
final class ThinSlots {
  /*
   * A copy is live while its process runs and, by its own word, lacks nothing of its slot's log.
   * Shown means: Coordinator.liveCopies says so; the table of GET /admin/v1/shard-map and the gauge
   * slots.thin are made of it.
   *
   * Who must show it: every coordinator that can know. It leads by what it has read, it runs, it
   * reaches the log of maps, and at least one node that runs reaches it: who hears nobody at all
   * doubts its own ears first.
   *
   * By when: within a second from when the slot is thin and the coordinator can know. Of the nodes
   * that its map names for the slot, one that runs says itself what it has: where one has lost its
   * copy, or was silent before, since then, the second begins anew at that moment. One that is
   * silent (dead, standing still, or cut off from this coordinator) has to be noticed first:
   * dead-after is granted from the beginning of its silence, or from when the coordinator could
   * know, before the second begins.
   */

  private static final int ENOUGH = 2;
  private static final long SHOWN_WITHIN_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long NEVER = Long.MAX_VALUE;

  /** What a coordinator can know. */
  private static final class Observer {
    final SimCoordinator coordinator;
    final long[] silentSinceNanos;
    final long[] heardSinceNanos;
    long ableSinceNanos = NEVER;

    Observer(SimCoordinator coordinator, int nodes) {
      this.coordinator = coordinator;
      this.silentSinceNanos = new long[nodes];
      this.heardSinceNanos = new long[nodes];
      Arrays.fill(silentSinceNanos, NEVER);
    }
  }

  private final Cluster cluster;
  private final List<SlotId> slots;
  private final long all;
  private final long[] thinSinceNanos;
  private final long[] copies;
  private final long[][] lostAtNanos;
  private final List<Observer> observers = new ArrayList<>();
  private long thin;
  private long lastThinNanos;

  ThinSlots(Cluster cluster) {
    this.cluster = cluster;
    this.slots = List.copyOf(cluster.slotLogs.keySet());
    this.all = (1L << slots.size()) - 1;
    this.thinSinceNanos = new long[slots.size()];
    this.copies = new long[cluster.nodes.size()];
    this.lostAtNanos = new long[cluster.nodes.size()][slots.size()];
    cluster.coordinators.forEach(
        coordinator -> observers.add(new Observer(coordinator, cluster.nodes.size())));
  }

  /** After a step. */
  void look() {
    long nowNanos = cluster.scheduler.nowNanos();
    long once = 0;
    long twice = 0;
    for (int i = 0; i < copies.length; i++) {
      SimNode node = cluster.nodes.get(i);
      long held = node.runs() ? node.copies() : 0;
      for (long lost = copies[i] & ~held; lost != 0; lost &= lost - 1) {
        lostAtNanos[i][Long.numberOfTrailingZeros(lost)] = nowNanos;
      }
      copies[i] = held;
      twice |= once & held;
      once |= held;
    }
    long now = ~twice & all;
    for (long begun = now & ~thin; begun != 0; begun &= begun - 1) {
      thinSinceNanos[Long.numberOfTrailingZeros(begun)] = nowNanos;
    }
    thin = now;
    lastThinNanos = thin != 0 ? nowNanos : lastThinNanos;
    for (Observer observer : observers) {
      look(observer, nowNanos);
    }
  }

  private void look(Observer observer, long nowNanos) {
    boolean hears = listen(observer, nowNanos);
    SimCoordinator coordinator = observer.coordinator;
    if (!hears
        || !coordinator.isLeading()
        || !coordinator.runs()
        || cluster.mapLog.awayUntilNanos() > nowNanos) {
      observer.ableSinceNanos = NEVER;
      return;
    }
    observer.ableSinceNanos = Math.min(observer.ableSinceNanos, nowNanos);
    for (long left = thin; left != 0; left &= left - 1) {
      int slot = Long.numberOfTrailingZeros(left);
      long sinceNanos = Math.max(thinSinceNanos[slot], observer.ableSinceNanos);
      if (nowNanos - sinceNanos > SHOWN_WITHIN_NANOS) {
        mustShow(observer, slot, sinceNanos, nowNanos);
      }
    }
  }

  /** Notes who is silent; returns whether anybody is not. */
  private boolean listen(Observer observer, long nowNanos) {
    boolean hears = false;
    for (int i = 0; i < observer.silentSinceNanos.length; i++) {
      SimNode node = cluster.nodes.get(i);
      if (node.runs() && cluster.network.connects(observer.coordinator.name, node.id.value())) {
        if (observer.silentSinceNanos[i] != NEVER) {
          observer.silentSinceNanos[i] = NEVER;
          observer.heardSinceNanos[i] = nowNanos;
        }
        hears = true;
      } else {
        observer.silentSinceNanos[i] = Math.min(observer.silentSinceNanos[i], nowNanos);
      }
    }
    return hears;
  }

  private void mustShow(Observer observer, int slot, long sinceNanos, long nowNanos) {
    SlotId id = slots.get(slot);
    var assignment = observer.coordinator.rules().map().find(id);
    if (assignment.isEmpty()) {
      return;
    }
    long knownNanos = sinceNanos;
    for (int i = 0; i < copies.length; i++) {
      if (assignment.get().involves(cluster.nodes.get(i).id) && (copies[i] >> slot & 1) == 0) {
        knownNanos = Math.max(knownNanos, knownNanos(observer, i, slot));
      }
    }
    if (nowNanos - knownNanos > SHOWN_WITHIN_NANOS && shown(observer, id) >= ENOUGH) {
      throw new Violation(
          "I8",
          String.format(
              "%s has had fewer than two live copies for %d ms and %s shows %d",
              id,
              (nowNanos - sinceNanos) / 1_000_000,
              observer.coordinator.name,
              shown(observer, id)));
    }
  }

  /** When a coordinator knows that a node has no copy of a slot, but for the node's word. */
  private long knownNanos(Observer observer, int node, int slot) {
    long silentNanos = observer.silentSinceNanos[node];
    return silentNanos == NEVER
        ? Math.max(lostAtNanos[node][slot], observer.heardSinceNanos[node])
        : Math.max(silentNanos, observer.ableSinceNanos) + SimCoordinator.DEAD_AFTER.toNanos();
  }

  private static int shown(Observer observer, SlotId slot) {
    return observer.coordinator.rules().liveCopies().getOrDefault(slot, 0);
  }

  /** Nothing is broken: what has been repaired for a second is not shown any more. */
  void atRest() {
    long nowNanos = cluster.scheduler.nowNanos();
    if (nowNanos - lastThinNanos <= SHOWN_WITHIN_NANOS) {
      return;
    }
    for (Observer observer : observers) {
      long ableNanos = observer.ableSinceNanos;
      for (SlotId slot : slots) {
        if (ableNanos != NEVER
            && nowNanos - ableNanos > SHOWN_WITHIN_NANOS
            && shown(observer, slot) < ENOUGH) {
          throw new Violation(
              "I8",
              slot + " has two live copies and " + observer.coordinator.name + " does not see it");
        }
      }
    }
  }
}
