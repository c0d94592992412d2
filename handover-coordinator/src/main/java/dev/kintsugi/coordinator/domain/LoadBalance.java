package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Evens out what the slots weigh that nodes own, by few changes of owner. A slot goes to a node
 * that has a copy of it wherever that helps: nothing is copied then. Each change costs O(slots of
 * the busiest node and of its neighbours × log of that). Not thread-safe.
 */
final class LoadBalance {

  /*
   * A node's excess is what it owns beyond its quota: the fair share, or, where it owns a hot slot,
   * that slot alone. The search goes down the sum of the squares of all excesses, always at the
   * node with the largest one. Giving w away from excess a to excess b makes that sum smaller by
   * 2w(a − b − w): most for a slot that weighs half the difference. So the first choices are the
   * few slots whose weight fits, however many small ones there are. Where no single slot fits well,
   * two are exchanged, or a neighbour passes one of its own on, and what a change of owner is worth
   * decides. This is local search for makespan on unrelated machines (each slot may go to its
   * copies only) with the jump and swap neighbourhoods [1], in the quadratic norm.
   *
   * [1] Schuurman, Vredeveld, Performance Guarantees of Local Search for Multiprocessor Scheduling,
   * INFORMS Journal on Computing 19(1), 2007.
   */

  /** A node with this part of its quota is busy no more. Smaller: more moves for little. */
  static final double AIM = 1.01;

  /** A node with less than this part of its quota is given more even if nobody is too busy. */
  static final double LEAST = 0.95;

  /** Neighbours that are looked at for two changes in one; those with the least to do. */
  private static final int NEIGHBOURS = 16;

  /** Nodes that may be given a new copy; those with the least to do. */
  private static final int NEWCOMERS = 4;

  /** A single change that is worth this part of the best imaginable one is taken at once. */
  private static final double GOOD = 0.5;

  /** In squares of the fair share; less is nothing but rounding. */
  private static final double WORTH = 1e-9;

  private record Shift(SlotId slot, NodeId to) {}

  private record Weighed(SlotId slot, double weight) {}

  /**
   * Changes that belong together.
   *
   * @param gain by how much half the sum of squares gets smaller
   */
  private record Choice(List<Shift> shifts, double gain) {

    double each() {
      return gain / shifts.size();
    }

    static @Nullable Choice better(@Nullable Choice one, @Nullable Choice other) {
      if (one == null || other == null) {
        return one == null ? other : one;
      }
      return other.each() > one.each() ? other : one;
    }
  }

  private final Draft draft;
  private final Fleet fleet;
  private final OwnerMoves moves;
  private final Set<SlotId> pinned;
  private final FairShare share;

  /** Of nodes with a hot slot. */
  private final Map<NodeId, Double> quotas = new HashMap<>();

  /** The hot slots that those nodes are there for. */
  private final Set<SlotId> atHome = new HashSet<>();

  private long copyBytes;

  LoadBalance(Draft draft, Fleet fleet, OwnerMoves moves, Evenness evenness, FairShare share) {
    this.draft = draft;
    this.fleet = fleet;
    this.moves = moves;
    this.pinned = evenness.pinned();
    this.copyBytes = evenness.copyBytes();
    this.share = share;
  }

  /**
   * Moves slots until nobody is too busy.
   *
   * @return what is left of the budget
   */
  int evenOut(int budget) {
    int left = budget - separateHotSlots(budget);
    left = relieveBusiest(left);
    return feedIdlest(left);
  }

  private int separateHotSlots(int budget) {
    Map<NodeId, List<SlotId>> byOwner = new HashMap<>();
    for (SlotId slot : share.hot()) {
      draft
          .get(slot)
          .owner()
          .filter(fleet::isActive)
          .ifPresent(owner -> byOwner.computeIfAbsent(owner, _ -> new ArrayList<>()).add(slot));
    }
    List<SlotId> crowded = new ArrayList<>();
    byOwner.forEach((owner, slots) -> {
      slots.sort(Comparator.comparingDouble(this::weight).reversed().thenComparing(s -> s));
      quotas.put(owner, weight(slots.getFirst()));
      atHome.add(slots.getFirst());
      crowded.addAll(slots.subList(1, slots.size()));
    });
    crowded.sort(Comparator.comparingDouble(this::weight).reversed().thenComparing(s -> s));
    int made = 0;
    for (SlotId slot : crowded) {
      if (made < budget && isMovable(slot)) {
        Optional<NodeId> to = homeFor(slot);
        if (to.isPresent()) {
          shift(new Shift(slot, to.get()));
          quotas.put(to.get(), weight(slot));
          atHome.add(slot);
          made++;
        }
      }
    }
    return made;
  }

  private Optional<NodeId> homeFor(SlotId slot) {
    Comparator<NodeId> idlest =
        Comparator.<NodeId>comparingDouble(draft::load).thenComparing(Comparator.naturalOrder());
    return draft.get(slot).standbys().stream()
        .filter(this::takesMore)
        .min(idlest)
        .or(() ->
            fleet.active().stream()
                .filter(node -> takesMore(node) && mayCopy(slot, node))
                .min(idlest));
  }

  private int relieveBusiest(int budget) {
    int left = budget;
    Set<NodeId> stuck = new HashSet<>();
    while (left > 0) {
      @Nullable NodeId busiest = null;
      for (NodeId node : fleet.active()) {
        boolean busy = draft.load(node) > AIM * quota(node) && !stuck.contains(node);
        if (busy && (busiest == null || excess(node) > excess(busiest))) {
          busiest = node;
        }
      }
      if (busiest == null) {
        return left;
      }
      Choice choice = relief(busiest);
      if (choice == null || choice.shifts().size() > left) {
        stuck.add(busiest);
        continue;
      }
      choice.shifts().forEach(this::shift);
      left -= choice.shifts().size();
    }
    return left;
  }

  private int feedIdlest(int budget) {
    int left = budget;
    Set<NodeId> stuck = new HashSet<>();
    while (left > 0) {
      @Nullable NodeId idlest = null;
      for (NodeId node : fleet.active()) {
        boolean idle = draft.load(node) < LEAST * quota(node) && !stuck.contains(node);
        if (idle && (idlest == null || excess(node) < excess(idlest))) {
          idlest = node;
        }
      }
      if (idlest == null) {
        return left;
      }
      Choice choice = food(idlest);
      if (choice == null) {
        stuck.add(idlest);
        continue;
      }
      choice.shifts().forEach(this::shift);
      left--;
    }
    return left;
  }

  private @Nullable Choice relief(NodeId from) {
    Map<NodeId, List<Weighed>> byStandby = movableByStandby(from);
    Choice single = single(from, byStandby);
    double idlest = byStandby.keySet().stream().mapToDouble(this::excess).min().orElse(0);
    double half = (excess(from) - idlest) / 2;
    if (single != null && single.gain() >= GOOD * half * half) {
      return single;
    }
    Choice best = single;
    List<NodeId> neighbours =
        byStandby.keySet().stream()
            .sorted(
                Comparator.comparingDouble(this::excess).thenComparing(Comparator.naturalOrder()))
            .limit(NEIGHBOURS)
            .toList();
    for (NodeId by : neighbours) {
      List<Weighed> own = byStandby.getOrDefault(by, List.of());
      best = Choice.better(best, exchange(from, by, own));
      best = Choice.better(best, relay(from, by, own));
    }
    return best != null ? best : copy(List.of(from), idlestNodes());
  }

  /** The slots that may go from a node to each of its neighbours, by weight. */
  private Map<NodeId, List<Weighed>> movableByStandby(NodeId owner) {
    Map<NodeId, List<Weighed>> byStandby = new HashMap<>();
    for (SlotId slot : draft.owns(owner)) {
      if (isMovable(slot)) {
        Weighed weighed = new Weighed(slot, weight(slot));
        for (NodeId standby : draft.get(slot).standbys()) {
          if (takesMore(standby)) {
            byStandby.computeIfAbsent(standby, _ -> new ArrayList<>()).add(weighed);
          }
        }
      }
    }
    byStandby.values().forEach(slots -> slots.sort(LoadBalance::compare));
    return byStandby;
  }

  private static int compare(Weighed one, Weighed other) {
    int byWeight = Double.compare(one.weight(), other.weight());
    return byWeight != 0 ? byWeight : one.slot().compareTo(other.slot());
  }

  private @Nullable Choice single(NodeId from, Map<NodeId, List<Weighed>> byStandby) {
    @Nullable Choice best = null;
    for (NodeId to : byStandby.keySet().stream().sorted().toList()) {
      double difference = excess(from) - excess(to);
      for (Weighed near : nearest(byStandby.getOrDefault(to, List.of()), difference / 2)) {
        double gain = near.weight() * (difference - near.weight());
        best = Choice.better(best, choice(gain, new Shift(near.slot(), to)));
      }
    }
    return best;
  }

  /** One slot there, a lighter one back. */
  private @Nullable Choice exchange(NodeId from, NodeId with, List<Weighed> own) {
    if (!takesMore(from)) {
      return null;
    }
    List<Weighed> others = new ArrayList<>();
    for (SlotId slot : draft.owns(with)) {
      if (isMovable(slot) && moves.isStandby(from, slot)) {
        others.add(new Weighed(slot, weight(slot)));
      }
    }
    others.sort(LoadBalance::compare);
    double difference = excess(from) - excess(with);
    @Nullable Choice best = null;
    for (Weighed there : own) {
      for (Weighed back : nearest(others, there.weight() - difference / 2)) {
        double net = there.weight() - back.weight();
        best =
            Choice.better(
                best,
                choice(
                    net * (difference - net),
                    new Shift(there.slot(), with),
                    new Shift(back.slot(), from)));
      }
    }
    return best;
  }

  /** One slot to a neighbour, which gives one of its own to a third node. */
  private @Nullable Choice relay(NodeId from, NodeId through, List<Weighed> own) {
    double a = excess(from);
    double b = excess(through);
    @Nullable Choice best = null;
    for (SlotId next : draft.owns(through)) {
      if (!isMovable(next)) {
        continue;
      }
      double passed = weight(next);
      for (NodeId to : draft.get(next).standbys()) {
        if (to.equals(from) || !takesMore(to) || excess(to) >= a) {
          continue;
        }
        double c = excess(to);
        for (Weighed first : nearest(own, (a - b + passed) / 2)) {
          double w = first.weight();
          double squares = a * a + b * b + c * c;
          double after = square(a - w) + square(b + w - passed) + square(c + passed);
          best =
              Choice.better(
                  best,
                  choice(
                      (squares - after) / 2,
                      new Shift(first.slot(), through),
                      new Shift(next, to)));
        }
      }
    }
    return best;
  }

  private static double square(double value) {
    return value * value;
  }

  /** A slot for a node that has a copy of it, or else, at the price of one, of the busiest. */
  private @Nullable Choice food(NodeId to) {
    @Nullable Choice best = null;
    for (SlotId slot : draft.standsBy(to)) {
      Optional<NodeId> from = draft.get(slot).owner().filter(fleet::isActive);
      if (from.isPresent() && isMovable(slot) && takesMore(to)) {
        double weight = weight(slot);
        double gain = weight * (excess(from.get()) - excess(to) - weight);
        best = Choice.better(best, choice(gain, new Shift(slot, to)));
      }
    }
    if (best != null) {
      return best;
    }
    List<NodeId> busiest =
        fleet.active().stream()
            .sorted(
                Comparator.comparingDouble(this::excess)
                    .reversed()
                    .thenComparing(Comparator.naturalOrder()))
            .limit(NEWCOMERS)
            .toList();
    return copy(busiest, List.of(to));
  }

  private @Nullable Choice copy(List<NodeId> from, List<NodeId> to) {
    @Nullable Choice best = null;
    for (NodeId owner : from) {
      for (SlotId slot : draft.owns(owner)) {
        if (!isMovable(slot)) {
          continue;
        }
        for (NodeId node : to) {
          double weight = weight(slot);
          double gain = weight * (excess(owner) - excess(node) - weight);
          Choice choice = choice(gain, new Shift(slot, node));
          boolean better = choice != null && (best == null || choice.gain() > best.gain());
          if (better && takesMore(node) && mayCopy(slot, node)) {
            best = choice;
          }
        }
      }
    }
    return best;
  }

  private List<NodeId> idlestNodes() {
    return fleet.active().stream()
        .sorted(Comparator.comparingDouble(this::excess).thenComparing(Comparator.naturalOrder()))
        .limit(NEWCOMERS)
        .toList();
  }

  private boolean mayCopy(SlotId slot, NodeId to) {
    SlotAssignment assignment = draft.get(slot);
    return !assignment.involves(to)
        && draft.weights().size(slot) <= copyBytes
        && moves.isPossible(slot, to);
  }

  private @Nullable Choice choice(double gain, Shift... shifts) {
    return gain > WORTH * share.fair() * share.fair() ? new Choice(List.of(shifts), gain) : null;
  }

  /** The heaviest that weighs no more than a value and the lightest that does; of sorted slots. */
  private static List<Weighed> nearest(List<Weighed> sorted, double weight) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted.get(middle).weight() <= weight) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return sorted.subList(Math.max(0, low - 1), Math.min(sorted.size(), low + 1));
  }

  private void shift(Shift shift) {
    if (!moves.isStandby(shift.to(), shift.slot())) {
      copyBytes -= draft.weights().size(shift.slot());
    }
    moves.move(shift.slot(), shift.to());
  }

  private boolean isMovable(SlotId slot) {
    return !pinned.contains(slot) && !moves.isMoving(slot) && !atHome.contains(slot);
  }

  /** A node with a hot slot gets nothing else. */
  private boolean takesMore(NodeId node) {
    return fleet.isActive(node) && !quotas.containsKey(node);
  }

  private double quota(NodeId node) {
    return quotas.getOrDefault(node, share.fair());
  }

  private double excess(NodeId node) {
    return draft.load(node) - quota(node);
  }

  private double weight(SlotId slot) {
    return draft.weights().of(slot);
  }
}
