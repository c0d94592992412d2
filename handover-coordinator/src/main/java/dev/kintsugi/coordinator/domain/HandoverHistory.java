package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The latest handovers, read off the tables as they follow each other, so that a coordinator that
 * only follows knows them too. Bounded; not thread-safe.
 */
final class HandoverHistory {

  private final int capacity;
  private final Deque<Long> order = new ArrayDeque<>();
  private final Map<Long, Handover> byNumber = new HashMap<>();
  private final Map<SlotId, Long> open = new HashMap<>();
  private long last;

  HandoverHistory(int capacity) {
    this.capacity = capacity;
  }

  /** Notes every slot whose owner differs between two tables that follow each other. */
  List<Handover> changed(ShardMap before, ShardMap after, Membership membership, Now now) {
    List<Handover> noted = new ArrayList<>();
    after.forEachSlot((slot, assignment) ->
        before
            .find(slot)
            .filter(old -> assignment.owner().isPresent())
            .filter(old -> !old.owner().equals(assignment.owner()))
            .map(old -> handover(slot, old, assignment, after, membership, now))
            .ifPresent(noted::add));
    noted.forEach(this::add);
    return noted;
  }

  private Handover handover(
      SlotId slot,
      SlotAssignment old,
      SlotAssignment fresh,
      ShardMap after,
      Membership membership,
      Now now) {
    boolean planned = fresh.releasing().isPresent();
    Optional<Member> former = old.owner().flatMap(membership::find).filter(_ -> !planned);
    return new Handover(
        ++last,
        slot,
        old.owner(),
        fresh.owner().orElseThrow(),
        planned ? Handover.Kind.PLANNED : Handover.Kind.UNPLANNED,
        reason(old.owner(), planned, after),
        fresh.grant(),
        former.flatMap(member -> member.lastHeartbeat),
        former.filter(member -> member.life == Life.DEAD).flatMap(member -> member.detected),
        now.wall(),
        Optional.empty());
  }

  private static String reason(Optional<NodeId> from, boolean planned, ShardMap after) {
    if (from.isEmpty()) {
      return "nobody owned the slot";
    }
    String state =
        after
            .node(from.get())
            .map(node ->
                switch (node.state()) {
                  case DEAD -> "is dead";
                  case DRAINING -> "is leaving";
                  case UP, SUSPECT -> planned ? "has more than its share" : "lost its copy";
                })
            .orElse("is gone");
    return from.get() + " " + state;
  }

  private void add(Handover handover) {
    byNumber.put(handover.number(), handover);
    order.addLast(handover.number());
    open.put(handover.slot(), handover.number());
    if (order.size() > capacity) {
      byNumber.remove(order.removeFirst());
    }
  }

  /** Notes which new owners say in this heartbeat that they answer. */
  List<Handover> heard(Heartbeat heartbeat, Now now) {
    if (open.isEmpty()) {
      return List.of();
    }
    List<Handover> served = new ArrayList<>();
    heartbeat
        .slots()
        .forEach((slot, report) ->
            Optional.ofNullable(open.get(slot))
                .map(byNumber::get)
                .filter(handover -> handover.to().equals(heartbeat.node()))
                .filter(handover -> report.serves(handover.grant()))
                .ifPresent(handover -> served.add(handover.served(now.wall()))));
    for (Handover handover : served) {
      byNumber.put(handover.number(), handover);
      open.remove(handover.slot());
    }
    served.sort(Comparator.comparingLong(Handover::number));
    return served;
  }

  /** The latest handovers, newest first. */
  List<Handover> latest(int limit) {
    List<Handover> latest = new ArrayList<>();
    order
        .descendingIterator()
        .forEachRemaining(number -> {
          Handover handover = byNumber.get(number);
          if (handover != null && latest.size() < limit) {
            latest.add(handover);
          }
        });
    return latest;
  }

  /** Handovers noted so far, those forgotten included. */
  long count() {
    return last;
  }
}
