package dev.kintsugi.simulation;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.SlotView;
import java.util.Optional;

/** What must hold whatever happens; broken, it is a {@link Violation}. */
final class Invariants {

  private Invariants() {}

  /** After every step: I4 and I7, no two nodes may answer for a slot from memory at once. */
  static void afterStep(Cluster cluster) {
    for (SlotId slot : cluster.slotLogs.keySet()) {
      SimNode first = null;
      for (SimNode node : cluster.nodes) {
        if (mayAnswer(node, slot)) {
          if (first != null) {
            throw new Violation(
                "I4", first.id + " and " + node.id + " both may answer for " + slot);
          }
          first = node;
        }
      }
    }
  }

  private static boolean mayAnswer(SimNode node, SlotId slot) {
    return node.isAlive()
        && node.machine().serves(slot)
        && node.machine().lease().covers(node.nanos(), node.nanos());
  }

  /** A node begins to answer: I7, it has applied all that came before its ownership record. */
  static void serving(Cluster cluster, SimNode node, SlotId slot) {
    cluster.trace.note(() -> node.id + " serves " + slot);
    SlotView view = node.machine().view(slot).orElseThrow();
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

  /** Nothing has been broken for a while: every slot is served, copied twice, and answers come. */
  static void recovered(Cluster cluster, long answered, int clients) {
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
    if (answered < 10L * clients) {
      throw new Violation("liveness", "only " + answered + " requests were answered in the end");
    }
  }
}
