package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides when the leader writes a table, and what stands in it. Not thread-safe. */
final class MapWriter {

  private record Started(long grant, long atNanos) {}

  private static final long LOOK_EVERY_NANOS = 250_000_000;

  private final Settings settings;
  private final Membership membership;
  private final Leadership leadership;
  private final Balancing balancing;
  private final Map<SlotId, Started> grants = new HashMap<>();
  private Optional<Long> assembledSinceNanos = Optional.empty();
  private Optional<Long> lastLookNanos = Optional.empty();
  private boolean assembling = true;
  private boolean urgent;

  MapWriter(Settings settings, Membership membership, Leadership leadership, Loads loads) {
    this.settings = settings;
    this.membership = membership;
    this.leadership = leadership;
    this.balancing = new Balancing(loads);
  }

  /** Begins anew, having just taken the lead. */
  void lead() {
    assembling = leadership.map().areas().isEmpty() || heard() == 0;
    assembledSinceNanos = Optional.empty();
    urgent = false;
    balancing.lead();
  }

  /**
   * Notes since when each slot has had its grant and its owner.
   *
   * @param news whether the map has just been written; else it is history that is read again
   */
  void published(ShardMap before, ShardMap map, boolean news, Now now) {
    if (news) {
      balancing.changed(before, map, now);
    }
    Set<SlotId> named = new HashSet<>();
    map.forEachSlot((slot, assignment) -> {
      named.add(slot);
      Started started = grants.get(slot);
      if (started == null || started.grant() != assignment.grant()) {
        grants.put(slot, new Started(assignment.grant(), now.nanos()));
      }
    });
    grants.keySet().retainAll(named);
  }

  /**
   * As {@link #write}, but looks closely only if a node has said something new, or now and then: to
   * see how far copies are, and that a grace has ended.
   */
  Optional<Action> writeIfNews(Now now) {
    boolean news = membership.all().stream().anyMatch(member -> member.news);
    boolean due = lastLookNanos.map(last -> now.since(last) >= LOOK_EVERY_NANOS).orElse(true);
    return news || due ? write(now) : Optional.empty();
  }

  /** The table to write now, if there is anything new to say and nothing under way. */
  Optional<Action> write(Now now) {
    boolean may = leadership.leads(now) && !leadership.isTableUnderWay() && !leadership.isInDoubt();
    if (!may || !assembled(now)) {
      return Optional.empty();
    }
    lastLookNanos = Optional.of(now.nanos());
    membership.all().forEach(member -> member.news = false);
    Fleet fleet = fleet(now);
    Evenness evenness =
        balancing.evenness(
            leadership.map(), fleet, urgent, even -> wholeWay(fleet, even, now), now);
    Placement.Plan plan = Placement.next(question(fleet, evenness, urgent, now));
    if (plan.remaining().isEmpty()) {
      urgent = false;
      balancing.done(fleet, now);
    }
    boolean news = !plan.table().sameContent(leadership.map());
    if (!news && !leadership.mustRewrite()) {
      leadership.nothingToWrite();
      return Optional.empty();
    }
    return leadership.isTooLarge(plan.table())
        ? Optional.empty()
        : Optional.of(leadership.publish(plan.table(), now));
  }

  /*
   * The first nodes of a cluster that starts would get everything, only to give most of it away
   * again. So a first table, and the first one after a time without any node, wait for enough of
   * them, or for a while.
   */
  private boolean assembled(Now now) {
    long heard = heard();
    if (heard == 0) {
      assembling = true;
      assembledSinceNanos = Optional.empty();
      return false;
    }
    if (!assembling) {
      return true;
    }
    long since = assembledSinceNanos.orElse(now.nanos());
    assembledSinceNanos = Optional.of(since);
    assembling =
        heard < settings.limits().minNodes()
            && now.since(since) < settings.timing().initialWait().toNanos();
    return !assembling;
  }

  private long heard() {
    return membership.count(m -> m.life != Life.DEAD && m.lastHeartbeat.isPresent());
  }

  private Placement.Way wholeWay(Fleet fleet, Evenness evenness, Now now) {
    return Placement.wholeWay(question(fleet, evenness, true, now));
  }

  private Placement.Question question(Fleet fleet, Evenness evenness, boolean atOnce, Now now) {
    return new Placement.Question(
        settings.areas(),
        leadership.map(),
        fleet,
        settings.limits(),
        overdue(now),
        atOnce,
        evenness);
  }

  private Set<SlotId> overdue(Now now) {
    Set<SlotId> overdue = new HashSet<>();
    grants.forEach((slot, started) -> {
      if (now.since(started.atNanos()) >= settings.timing().moveTimeout().toNanos()) {
        overdue.add(slot);
      }
    });
    return overdue;
  }

  private Fleet fleet(Now now) {
    long settleNanos = settings.timing().settle().toNanos();
    long graceNanos = settings.timing().grace().toNanos();
    Map<NodeId, Peer> peers = new HashMap<>();
    List<MapNode> forgotten =
        leadership.map().nodes().stream()
            .filter(node -> membership.find(node.id()).isEmpty())
            .toList();
    Set<NodeId> named = forgotten.isEmpty() ? Set.of() : named();
    for (MapNode node : forgotten) {
      if (named.contains(node.id())) {
        MapNode gone = node.withState(MapNode.State.DEAD);
        peers.put(
            node.id(),
            new Peer(gone, Life.DEAD, false, false, false, false, Map.of(), Memory.UNKNOWN));
      }
    }
    for (Member member : membership.all()) {
      boolean inGrace = member.life == Life.DEAD && !member.deadFor(graceNanos, now);
      peers.put(
          member.id,
          new Peer(
              member.mapNode(),
              member.lifeForPlacement(),
              member.steadyFor(settleNanos, now),
              member.draining(),
              member.leaving,
              inGrace,
              member.reports,
              member.memory));
    }
    return new Fleet(peers.values());
  }

  /** The nodes that a slot still names. */
  private Set<NodeId> named() {
    Set<NodeId> named = new HashSet<>();
    leadership
        .map()
        .forEachSlot((_, assignment) -> {
          named.addAll(Draft.holders(assignment));
          assignment.releasing().ifPresent(named::add);
        });
    return named;
  }

  /**
   * What evening out would move; with {@code dryRun} false also begins it.
   *
   * @param dryRun only say what would move
   */
  Rebalance rebalance(boolean dryRun, Now now) {
    urgent |= !dryRun;
    lastLookNanos = Optional.empty();
    Fleet fleet = fleet(now);
    Evenness evenness = balancing.wholly(leadership.map(), fleet, now);
    Placement.Way way = wholeWay(fleet, evenness, now);
    return Rebalance.of(leadership.map().version(), way, fleet, !dryRun);
  }
}
