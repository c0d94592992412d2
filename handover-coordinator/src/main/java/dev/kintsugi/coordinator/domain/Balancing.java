package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Decides when loads are evened out, and by which weights. Not thread-safe.
 *
 * <pre>
 *          a node has less than half its share, an operator asks,
 *          or loads have been uneven beyond chance for a while
 *   Resting ────────────────────────────────────────────────────► Plan
 *      ▲                                                            │
 *      └──────── nothing is left to do, or it takes too long ───────┘
 * </pre>
 *
 * What a plan does is decided when it begins, so that what is aimed at does not change from look to
 * look, and what was shown is what is done. Between plans the loads are measured anew. That moves
 * come to an end is owed to four things: a plan begins later than it ends ({@link #TRIGGER} and
 * {@link LoadBalance#AIM}); a node counts as busy only beyond three standard deviations of what
 * chance does; estimates get better while nothing changes ({@link Loads}); and a slot that has
 * moved stays for ten minutes.
 */
final class Balancing {

  /** Nearer to {@link LoadBalance#AIM}: plans for next to nothing; farther: nodes stay uneven. */
  static final double TRIGGER = 1.02;

  /** A node with less than this part of its quota makes loads uneven, too. */
  static final double STARVED = 0.9;

  /** A node with less than this part of its share has just come, and is filled at once. */
  static final double NEW = 0.5;

  /** Of all that is stored; copied in one plan for the sake of load, and at most once a minute. */
  static final double COPIED_AT_MOST = 0.02;

  private static final double BEYOND_CHANCE = 3;
  private static final long PINNED_NANOS = Duration.ofMinutes(10).toNanos();
  private static final long UNEVEN_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long REST_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LONGEST_PLAN_NANOS = Duration.ofSeconds(60).toNanos();
  private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

  /** Who has just begun to listen does not know yet that there is no load. */
  private static final double LISTEN_SECONDS = 3;

  /** While a load changes a plan would soon be wrong; but not for ever. */
  private static final double STEADY_SECONDS = 20;

  /** A plan on less would be one on chance. */
  private static final double MEASURED_SECONDS = 30;

  /**
   * What was decided.
   *
   * @param forLoads whether it is there for loads; else for nodes that have come
   */
  private record Plan(
      Weights weights, boolean forLoads, List<Evenness.Goal> goals, long sinceNanos) {}

  private final Loads loads;
  private final Map<SlotId, Long> movedAtNanos = new HashMap<>();
  private final Set<NodeId> filling = new HashSet<>();
  private final Homes homes = new Homes();
  private Optional<Plan> plan = Optional.empty();
  private Optional<Long> unevenSinceNanos = Optional.empty();
  private Optional<Long> restedSinceNanos = Optional.empty();
  private Optional<Long> copiedSinceNanos = Optional.empty();
  private Optional<Long> lastLookNanos = Optional.empty();

  Balancing(Loads loads) {
    this.loads = loads;
  }

  /** Begins anew, having just taken the lead; when slots moved and whence is remembered. */
  void lead() {
    plan = Optional.empty();
    filling.clear();
    unevenSinceNanos = Optional.empty();
    lastLookNanos = Optional.empty();
  }

  /** Notes which slots have got another owner. */
  void changed(ShardMap before, ShardMap after, Now now) {
    after.forEachSlot((slot, assignment) -> {
      Optional<NodeId> owner = before.find(slot).flatMap(SlotAssignment::owner);
      if (owner.isPresent() && !owner.equals(assignment.owner())) {
        movedAtNanos.put(slot, now.nanos());
      }
    });
    movedAtNanos.values().removeIf(at -> now.since(at) >= PINNED_NANOS);
    homes.changed(before, after, now);
  }

  /**
   * What to even out by now.
   *
   * @param search finds out what evening out would do
   */
  Evenness evenness(
      ShardMap map,
      Fleet fleet,
      boolean urgent,
      Function<Evenness, Placement.Way> search,
      Now now) {
    return decided(map, fleet, urgent, search, now).with(homes.open(fleet));
  }

  private Evenness decided(
      ShardMap map,
      Fleet fleet,
      boolean urgent,
      Function<Evenness, Placement.Way> search,
      Now now) {
    Weights fresh = loads.weights();
    if (!isMeasured(fresh, map, fleet)) {
      plan = Optional.empty();
      boolean asked = map.areas().isEmpty() || loads.listenedSeconds() >= LISTEN_SECONDS;
      boolean counts = asked && (urgent || !homes.awaitAnybody(fleet, now));
      return Evenness.resting(fresh, counts ? Evenness.Aim.COUNTS : Evenness.Aim.GOALS);
    }
    if (plan.filter(it -> now.since(it.sinceNanos()) >= LONGEST_PLAN_NANOS).isPresent()) {
      end(now);
    }
    if (urgent && plan.filter(Plan::forLoads).isEmpty()) {
      begin(wholly(map, fleet, now), search, map, now);
    }
    boolean due = lastLookNanos.map(last -> now.since(last) >= LOOK_NANOS).orElse(true);
    if (due && (urgent || !fleet.anybodyInGrace())) {
      lastLookNanos = Optional.of(now.nanos());
      look(map, fleet, fresh, search, now);
    }
    return plan.map(it ->
            new Evenness(
                it.weights(), Evenness.Aim.GOALS, filling, Set.of(), 0, it.goals(), Map.of()))
        .orElse(Evenness.resting(fresh, Evenness.Aim.GOALS));
  }

  private static boolean isMeasured(Weights weights, ShardMap map, Fleet fleet) {
    return weights.measured() && !map.areas().isEmpty() && !fleet.active().isEmpty();
  }

  /** All that evening out by the loads of this moment could do. */
  Evenness wholly(ShardMap map, Fleet fleet, Now now) {
    Weights fresh = loads.weights();
    if (!isMeasured(fresh, map, fleet)) {
      return Evenness.resting(fresh, Evenness.Aim.COUNTS).with(homes.open(fleet));
    }
    Set<NodeId> lacking = lacking(Standing.of(map, fleet.active(), fresh), map);
    return new Evenness(
        fresh,
        Evenness.Aim.LOADS,
        lacking,
        pinned(now),
        copyBytes(fresh, map),
        List.of(),
        homes.open(fleet));
  }

  /** The slots that are not at home though their home is there again. */
  Map<SlotId, NodeId> homes(Fleet fleet) {
    return homes.open(fleet);
  }

  private void look(
      ShardMap map, Fleet fleet, Weights fresh, Function<Evenness, Placement.Way> search, Now now) {
    Weights weights = plan.map(Plan::weights).orElse(fresh);
    Standing standing = Standing.of(map, fleet.active(), weights);
    filling.addAll(lacking(standing, map));
    if (plan.isPresent()) {
      return;
    }
    unevenSinceNanos =
        isUneven(standing) ? Optional.of(unevenSinceNanos.orElse(now.nanos())) : Optional.empty();
    if (!filling.isEmpty()) {
      plan = Optional.of(new Plan(fresh, false, List.of(), now.nanos()));
    } else if (isTime(now) && homes.open(fleet).isEmpty() && !homes.awaitAnybody(fleet, now)) {
      begin(wholly(map, fleet, now), search, map, now);
    }
  }

  private boolean isTime(Now now) {
    boolean steady =
        loads.steadySeconds() >= STEADY_SECONDS
            || over(unevenSinceNanos, LONGEST_PLAN_NANOS, false, now);
    return steady
        && loads.measuredSeconds() >= MEASURED_SECONDS
        && over(unevenSinceNanos, UNEVEN_NANOS, false, now)
        && over(restedSinceNanos, REST_NANOS, true, now)
        && over(copiedSinceNanos, LONGEST_PLAN_NANOS, true, now);
  }

  private static boolean over(Optional<Long> sinceNanos, long nanos, boolean ifNever, Now now) {
    return sinceNanos.map(since -> now.since(since) >= nanos).orElse(ifNever);
  }

  private static Set<NodeId> lacking(Standing standing, ShardMap map) {
    int[] slots = new int[1];
    map.forEachSlot((_, _) -> slots[0]++);
    double count = NEW * slots[0] / standing.nodes().size();
    double load = NEW * standing.share().fair();
    Set<NodeId> lacking = new HashSet<>();
    standing
        .nodes()
        .forEach((node, burden) -> {
          if (burden.owned() < count && burden.load() < load) {
            lacking.add(node);
          }
        });
    return lacking;
  }

  private static boolean isUneven(Standing standing) {
    for (Standing.Burden burden : standing.nodes().values()) {
      double quota = burden.quota(standing.share());
      double chance = BEYOND_CHANCE * Math.sqrt(burden.variance());
      if (burden.load() > TRIGGER * quota + chance || burden.load() < STARVED * quota - chance) {
        return true;
      }
    }
    return false;
  }

  private void begin(
      Evenness evenness, Function<Evenness, Placement.Way> search, ShardMap map, Now now) {
    List<Evenness.Goal> goals = search.apply(evenness).goals();
    filling.addAll(evenness.filling());
    plan = Optional.of(new Plan(evenness.weights(), true, goals, now.nanos()));
    unevenSinceNanos = Optional.empty();
    boolean copies =
        goals.stream()
            .anyMatch(goal -> map.find(goal.slot()).filter(it -> it.involves(goal.to())).isEmpty());
    if (copies) {
      copiedSinceNanos = Optional.of(now.nanos());
    }
  }

  private void end(Now now) {
    plan = Optional.empty();
    filling.clear();
    restedSinceNanos = Optional.of(now.nanos());
    lastLookNanos = Optional.empty();
  }

  /** Nothing is left to do of what was to be evened out. */
  void done(Fleet fleet, Now now) {
    if (!fleet.anybodyInGrace()) {
      homes.settled(fleet);
    }
    if (plan.isPresent()) {
      end(now);
    }
  }

  private Set<SlotId> pinned(Now now) {
    Set<SlotId> pinned = new HashSet<>();
    movedAtNanos.forEach((slot, at) -> {
      if (now.since(at) < PINNED_NANOS) {
        pinned.add(slot);
      }
    });
    return pinned;
  }

  private static long copyBytes(Weights weights, ShardMap map) {
    long[] all = new long[1];
    map.forEachSlot((slot, _) -> all[0] += weights.size(slot));
    return (long) (COPIED_AT_MOST * all[0]);
  }
}
