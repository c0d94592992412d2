package dev.kintsugi.simulation;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Position;
import dev.kintsugi.node.domain.Refusal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Sees every answer as it leaves a node, whether or not anybody ever gets it: I5, by true time and
 * the order of the log alone, with nothing of leases or heartbeats. Not thread-safe.
 */
final class Witness {
  /*
   * An answer tells how much of the log it rests on. A request that arrived after somebody was
   * answered from a longer part, or after a later owner had begun to answer, must not be answered
   * from a shorter part, or by a former owner.
   */

  /** What was true of a slot when a request arrived. */
  record Arrived(SlotId slot, long answeredUpTo, Epoch begun) {}

  private final Map<SlotId, Long> answeredUpTo = new HashMap<>();
  private final Map<SlotId, Epoch> begun = new HashMap<>();

  Arrived arrived(SlotId slot) {
    return new Arrived(
        slot, answeredUpTo.getOrDefault(slot, 0L), begun.getOrDefault(slot, Epoch.NONE));
  }

  /** An owner begins to answer in this epoch. */
  void serving(SlotId slot, Epoch epoch) {
    begun.merge(slot, epoch, (a, b) -> b.fences(a) ? b : a);
  }

  void answered(NodeId node, Arrived arrived, Answer answer) {
    Optional<Position> rests = restsOn(answer);
    if (rests.isEmpty()) {
      return;
    }
    Position position = rests.get();
    if (position.nextOffset() < arrived.answeredUpTo()) {
      throw new Violation(
          "I5",
          node
              + " answers for "
              + arrived.slot()
              + " as of "
              + position.nextOffset()
              + " what arrived after an answer as of "
              + arrived.answeredUpTo());
    }
    if (arrived.begun().fences(position.epoch())) {
      throw new Violation(
          "I5",
          node
              + " answers for "
              + arrived.slot()
              + " in epoch "
              + position.epoch()
              + " what arrived when "
              + arrived.begun()
              + " had begun");
    }
    answeredUpTo.merge(arrived.slot(), position.nextOffset(), Math::max);
  }

  /** The part of the log that an answer says something about; none if it is no answer yet. */
  static Optional<Position> restsOn(Answer answer) {
    return switch (answer) {
      case Answer.Found found -> Optional.of(found.position());
      case Answer.Absent absent -> Optional.of(absent.position());
      case Answer.Applied applied -> Optional.of(applied.position());
      case Answer.Sessions sessions -> Optional.of(sessions.position());
      case Answer.Refused(Refusal why, Position position) ->
          why == Refusal.NOT_OWNER || why == Refusal.UNAVAILABLE
              ? Optional.empty()
              : Optional.of(position);
      // Proves nothing, and says so.
      case Answer.Stale _ -> Optional.empty();
      case Answer.Unknown _ -> Optional.empty();
    };
  }
}
