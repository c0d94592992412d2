package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Areas;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The next table, a pure function of what is known: first what cannot wait ({@link Repairs}), then
 * some steps ({@link Steps}) towards an even table ({@link Target}). Costs O(slots × nodes) and,
 * for each move still to make, O(slots).
 */
final class Placement {

  /**
   * What is known.
   *
   * @param overdue slots whose grant is so old that its owner should have begun to answer
   * @param urgent whether to even out even while a dead node may come back
   */
  record Question(
      Areas areas,
      ShardMap current,
      Fleet fleet,
      Limits limits,
      Set<SlotId> overdue,
      boolean urgent) {}

  /**
   * The answer.
   *
   * @param table to publish if it says anything new; its version is none
   * @param remaining what still separates the table from the one aimed at, which lies no further
   *     ahead than some moves
   */
  record Plan(ShardMap table, List<Move> remaining) {}

  /** Moves to look ahead for each that may be under way: enough not to change one's mind. */
  private static final int LOOK_AHEAD = 8;

  private Placement() {}

  static Plan next(Question question) {
    Fleet fleet = question.fleet();
    SlotPolicies policies = new SlotPolicies(question.areas(), question.current());
    Draft repaired = new Repairs(policies, question.current(), fleet, question.overdue()).apply();
    boolean first = question.current().areas().isEmpty();
    boolean balance = question.urgent() || !fleet.anybodyInGrace();
    int ahead = first ? Integer.MAX_VALUE : LOOK_AHEAD * question.limits().maxMoves();
    Draft target = Target.of(policies, fleet, repaired, balance ? ahead : 0);
    Draft next =
        first ? target : new Steps(policies, fleet, question.limits(), repaired, target).take();
    return new Plan(next.toMap(fleet.mapNodes()), differences(next, target));
  }

  /**
   * All that separates the table from an even one; costs more than {@link #next} if that is far.
   */
  static List<Move> wholeWay(Question question) {
    SlotPolicies policies = new SlotPolicies(question.areas(), question.current());
    Draft repaired =
        new Repairs(policies, question.current(), question.fleet(), question.overdue()).apply();
    Draft target = Target.of(policies, question.fleet(), repaired, Integer.MAX_VALUE);
    return differences(repaired, target);
  }

  private static List<Move> differences(Draft draft, Draft target) {
    List<Move> moves = new ArrayList<>();
    for (SlotId slot : draft.slots()) {
      SlotAssignment now = draft.get(slot);
      SlotAssignment aim = target.get(slot);
      if (!now.owner().equals(aim.owner())) {
        moves.add(new Move(slot, Move.What.OWNER, now.owner(), aim.owner()));
      }
      List<NodeId> coming = new ArrayList<>(Draft.holders(aim));
      coming.removeAll(Draft.holders(now));
      List<NodeId> going = new ArrayList<>(Draft.holders(now));
      going.removeAll(Draft.holders(aim));
      for (int i = 0; i < Math.max(coming.size(), going.size()); i++) {
        moves.add(new Move(slot, Move.What.COPY, at(going, i), at(coming, i)));
      }
    }
    return moves;
  }

  private static Optional<NodeId> at(List<NodeId> nodes, int index) {
    return index < nodes.size() ? Optional.of(nodes.get(index)) : Optional.empty();
  }
}
