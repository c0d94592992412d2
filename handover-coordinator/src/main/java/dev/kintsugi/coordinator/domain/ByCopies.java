package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Nodes by the copies that they have, fewest first, in step with a table that changes: whoever
 * changes what a node has says so. Finding costs O(log nodes) for each node that is looked at. Not
 * thread-safe.
 */
final class ByCopies {

  /** Enough of equals to choose well among them. */
  private static final int MOST = 32;

  private record Entry(int copies, NodeId node) {}

  private final Draft draft;
  private final Set<NodeId> nodes;
  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(Comparator.comparingInt(Entry::copies).thenComparing(Entry::node));

  ByCopies(Draft draft, List<NodeId> nodes) {
    this.draft = draft;
    this.nodes = Set.copyOf(nodes);
    nodes.forEach(this::changed);
  }

  /** The node may have more or fewer copies than before; who is none of these does not count. */
  void changed(NodeId node) {
    if (nodes.contains(node)) {
      queue.add(new Entry(draft.copies(node), node));
    }
  }

  /**
   * Those with the fewest copies among the nodes that suit, by id; at most 32, and none after one
   * that is perfect. What a node had before is forgotten on the way: entries out of date are
   * dropped.
   */
  List<NodeId> fewest(Predicate<NodeId> suits, Predicate<NodeId> perfect) {
    List<Entry> looked = new ArrayList<>();
    List<NodeId> found = new ArrayList<>();
    int fewest = -1;
    while (!queue.isEmpty() && found.size() < MOST) {
      Entry entry = queue.peek();
      if (fewest >= 0 && entry.copies() > fewest) {
        break;
      }
      queue.remove();
      boolean outdated =
          entry.copies() != draft.copies(entry.node())
              || (!looked.isEmpty() && looked.getLast().equals(entry));
      if (outdated) {
        continue;
      }
      looked.add(entry);
      if (suits.test(entry.node())) {
        fewest = entry.copies();
        found.add(entry.node());
        if (perfect.test(entry.node())) {
          break;
        }
      }
    }
    queue.addAll(looked);
    return found;
  }
}
