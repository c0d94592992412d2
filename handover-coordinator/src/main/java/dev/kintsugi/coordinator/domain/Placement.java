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
 * some steps ({@link Steps}) towards an even table ({@link Target}). Costs O(slots × log slots)
 * and, for each move still to make, O(slots of some nodes).
 */
final class Placement {

  /**
   * What is known.
   *
   * @param overdue slots whose grant is so old that its owner should have begun to answer
   * @param urgent whether to even out even while a dead node may come back
   * @param evenness what to even out by
   */
  record Question(
      Areas areas,
      ShardMap current,
      Fleet fleet,
      Limits limits,
      Set<SlotId> overdue,
      boolean urgent,
      Evenness evenness) {}

  /**
   * The answer.
   *
   * @param table to publish if it says anything new; its version is none
   * @param remaining what still separates the table from the one aimed at, which lies no further
   *     ahead than some moves
   */
  record Plan(ShardMap table, List<Move> remaining) {}

  /** Moves to look ahead for each that may be under way: enough not to change one's mind. */
  static final int LOOK_AHEAD = 8;

  /**
   * Changes of owner that are decided at once for the sake of load. More: with very many nodes the
   * search holds verdicts up; fewer: a hot slot's node is not rid of the others in one plan.
   */
  private static final int PLANNED_AT_ONCE = 512;

  private Placement() {}

  static Plan next(Question question) {
    Fleet fleet = question.fleet();
    SlotPolicies policies = new SlotPolicies(question.areas(), question.current());
    Draft repaired = repaired(question, policies);
    boolean first = question.current().areas().isEmpty();
    boolean balance = question.urgent() || !fleet.anybodyInGrace();
    int ahead = first ? Integer.MAX_VALUE : LOOK_AHEAD * question.limits().maxMoves();
    Draft target = Target.of(policies, fleet, repaired, question.evenness(), balance ? ahead : 0);
    Draft next =
        first ? target : new Steps(policies, fleet, question.limits(), repaired, target).take();
    return new Plan(next.toMap(fleet.mapNodes()), differences(next, target));
  }

  private static Draft repaired(Question question, SlotPolicies policies) {
    return new Repairs(
            policies,
            question.current(),
            question.fleet(),
            question.overdue(),
            question.evenness().weights())
        .apply();
  }

  /**
   * An evener table, and what separates the present one from it: everything by counts, up to 512
   * changes of owner by loads. Costs more than {@link #next} if that is far.
   *
   * @param remaining with what cannot wait already done
   */
  record Way(Draft start, Draft end, List<Move> remaining) {

    List<Evenness.Goal> goals() {
      List<Evenness.Goal> goals = new ArrayList<>();
      for (Move move : remaining) {
        if (move.what() == Move.What.OWNER && move.from().isPresent() && move.to().isPresent()) {
          goals.add(new Evenness.Goal(move.slot(), move.from().get(), move.to().get()));
        }
      }
      return goals;
    }
  }

  static Way wholeWay(Question question) {
    SlotPolicies policies = new SlotPolicies(question.areas(), question.current());
    Draft start = repaired(question, policies);
    boolean searches = question.evenness().aim() == Evenness.Aim.LOADS;
    int budget = searches ? PLANNED_AT_ONCE : Integer.MAX_VALUE;
    Draft end = Target.of(policies, question.fleet(), start, question.evenness(), budget);
    return new Way(start, end, differences(start, end));
  }

  private static List<Move> differences(Draft draft, Draft target) {
    List<Move> moves = new ArrayList<>();
    for (SlotId slot : draft.slots()) {
      SlotAssignment now = draft.get(slot);
      SlotAssignment aim = target.get(slot);
      if (now.equals(aim)) {
        continue;
      }
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
