package dev.kintsugi.simulation;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.SlotEntry;
import dev.kintsugi.node.domain.SlotFold;
import dev.kintsugi.node.domain.SlotScope;
import dev.kintsugi.node.domain.SlotView;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What must hold whatever happens; broken, it is a {@link Violation}. */
final class Invariants {

  private Invariants() {}

  /**
   * After every step: I4 and I7, no two nodes may answer for a slot from memory at once; I8, what
   * lacks copies is shown.
   */
  static void afterStep(Cluster cluster) {
    cluster.thinSlots.look();
    List<SimNode> covered = cluster.covered;
    covered.clear();
    for (SimNode node : cluster.nodes) {
      if (node.isAlive()
          && node.machine().lease().covers(node.nanos(), node.nanos(), node.wall())) {
        covered.add(node);
      }
    }
    cluster.tended.forEach((slot, tended) -> {
      SimNode first = null;
      for (SimNode node : covered) {
        if (node.machine().serves(slot)) {
          if (first != null) {
            throw new Violation(
                "I4", first.id + " and " + node.id + " both may answer for " + slot);
          }
          first = node;
        }
      }
      if (first != null && first.readsSlots()) {
        tended.at(cluster.scheduler.nowNanos());
      }
    });
  }

  /** A node begins to answer: I7, it has applied all that came before its ownership record. */
  static void serving(Cluster cluster, SimNode node, SlotId slot) {
    cluster.trace.note(() -> node.id + " serves " + slot);
    SlotView view = node.machine().view(slot).orElseThrow();
    cluster.witness.serving(slot, view.epoch());
    boolean owner = cluster.truth.owner(slot).equals(Optional.<NodeId>of(node.id));
    if (owner
        && view.epoch().equals(cluster.truth.epoch(slot))
        && view.nextOffset() <= cluster.truth.ownedAtOffset(slot)) {
      throw new Violation("I7", node.id + " serves " + slot + " before its ownership record");
    }
  }

  /** A node has applied a record: I9, its state is what the log before that offset says. */
  static void applied(Cluster cluster, SimNode node, SlotId slot) {
    Optional<SlotView> view = node.machine().view(slot);
    if (view.isPresent() && view.get().caughtUp()) {
      long truth = cluster.truth.digestBefore(slot, view.get().nextOffset());
      if (truth != view.get().digest()) {
        throw new Violation(
            "I9", node.id + " differs from the log of " + slot + " at " + view.get().nextOffset());
      }
    }
  }

  /** Somebody goes by another version of the map: I6. */
  static void followed(String who, MapVersion before, MapVersion after) {
    if (before.newerThan(after)) {
      throw new Violation("I6", who + " goes back from map " + before + " to " + after);
    }
  }

  private static boolean isEnding(Cluster cluster, SessionId session) {
    return cluster.truth.ending(cluster.areas.slotOf(Area.SESSION, session)).contains(session);
  }

  /** Who starts now, from what compaction has left, has what the whole log says: I9. */
  static void replayed(Cluster cluster, SlotId slot, Partition<SlotEntry> log) {
    SlotFold fold = new SlotFold(new SlotScope(cluster.areas.require(slot.area()), slot.number()));
    for (var record = log.next(0); record.isPresent(); record = log.next(fold.nextOffset())) {
      var _ = fold.apply(record.get().offset(), record.get().entry());
    }
    if (fold.digest() != cluster.truth.digest(slot)) {
      throw new Violation("I9", slot + " is not the same when its compacted log is replayed");
    }
    if (!fold.epoch().equals(cluster.truth.epoch(slot))) {
      throw new Violation("I4", slot + " is in epoch " + fold.epoch() + " when replayed");
    }
  }

  /**
   * Nothing has been broken for a while: every slot is served, copied twice, and answers come.
   *
   * @param ending the sessions that were half-ended when the calm began
   */
  static void recovered(Cluster cluster, Set<SessionId> ending, long answered, int clients) {
    for (SlotId slot : cluster.slotLogs.keySet()) {
      long serving = cluster.nodes.stream().filter(node -> node.machine().serves(slot)).count();
      long copies =
          cluster.nodes.stream()
              .filter(node -> node.machine().view(slot).filter(SlotView::caughtUp).isPresent())
              .count();
      if (serving != 1) {
        throw new Violation("liveness", slot + " is served by " + serving + " nodes in the end");
      }
      if (copies < 2) {
        throw new Violation("I8", slot + " has " + copies + " copies in the end");
      }
    }
    for (SessionId session : ending) {
      if (isEnding(cluster, session)) {
        throw new Violation("I10", session + " is still half-ended in the end");
      }
    }
    cluster.thinSlots.atRest();
    cluster.slotLogs.forEach((slot, log) -> replayed(cluster, slot, log));
    if (answered < 10L * clients) {
      throw new Violation("liveness", "only " + answered + " requests were answered in the end");
    }
  }
}
