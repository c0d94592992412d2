package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.core.ShardMapLog.Leader;
import dev.kintsugi.core.ShardMapLog.Outcome;
import dev.kintsugi.core.SlotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * One coordinator: takes heartbeats in, follows the map, and while it leads judges nodes and writes
 * the map. It is told everything and does nothing by itself. Not thread-safe.
 */
public final class Coordinator {

  private final Settings settings;
  private final Membership membership;
  private final Leadership leadership;
  private final HandoverHistory history;
  private final Loads loads = new Loads();
  private final MapWriter writer;

  public Coordinator(Settings settings, Incarnation incarnation) {
    this.settings = settings;
    membership = new Membership(settings.timing(), settings.tickEvery());
    leadership = new Leadership(settings.id(), settings.url(), incarnation, settings.timing());
    history = new HandoverHistory(settings.history());
    writer = new MapWriter(settings, membership, leadership, loads);
  }

  /** Takes in what happened; returns what to do, in order. */
  public List<Action> on(Event event, Now now) {
    return switch (event) {
      case Event.Tick _ -> tick(now);
      case Event.Heard(Heartbeat heartbeat) -> heard(heartbeat, now);
      case Event.Said(String from, PeerWord word) -> {
        membership.heardOf(from, word, now);
        yield knocks(now);
      }
      case Event.Knows(MapVersion version) -> {
        leadership.heardOf(version);
        yield List.of();
      }
      case Event.Probed probed -> probed(probed, now);
      case Event.Read(long offset, Entry entry) -> read(offset, entry, now);
      case Event.Malformed(long offset) -> {
        leadership.rewrite();
        yield List.of(new Action.Tell(new Notice.MalformedRecord(offset)));
      }
      case Event.ReachedEnd _ -> {
        leadership.reachedEnd(now);
        yield List.of();
      }
      case Event.PositionLost _ -> positionLost(now);
      case Event.TableTooLarge(Entry.Table table) -> tooLarge(table);
      case Event.AppendFailed(Entry entry) -> appendFailed(entry, now);
    };
  }

  private List<Action> tick(Now now) {
    boolean led = isLeading();
    loads.tick(now);
    List<Action> actions = new ArrayList<>(leadership.tick(now));
    if (led && !isLeading()) {
      actions.add(new Action.Tell(new Notice.LeadLost()));
    }
    if (!leadership.leads(now)) {
      membership.watch(now);
      return actions;
    }
    Membership.Findings findings = membership.tick(now);
    findings.verdicts().forEach(verdict -> actions.add(judged(verdict)));
    findings.knocks().forEach(knock -> actions.add(action(knock)));
    boolean judgedAnybody = !findings.verdicts().isEmpty();
    (judgedAnybody ? writer.write(now) : writer.writeIfNews(now)).ifPresent(actions::add);
    return actions;
  }

  private static Action action(Membership.Knock knock) {
    return new Action.Knock(knock.node(), knock.incarnation(), knock.url());
  }

  private List<Action> knocks(Now now) {
    return leadership.leads(now)
        ? membership.accused(now).stream().map(Coordinator::action).toList()
        : List.of();
  }

  private static Action judged(Verdict verdict) {
    return new Action.Tell(new Notice.Judged(verdict));
  }

  private List<Action> heard(Heartbeat heartbeat, Now now) {
    List<Action> actions = new ArrayList<>();
    leadership.heardOf(heartbeat.mapVersion());
    Optional<Verdict> verdict = membership.heard(heartbeat, now);
    verdict.ifPresent(v -> actions.add(judged(v)));
    if (membership.isCurrent(heartbeat)) {
      loads.heard(heartbeat, now);
    }
    history
        .heard(heartbeat, now)
        .forEach(handover -> actions.add(new Action.Tell(new Notice.Served(handover))));
    actions.addAll(knocks(now));
    if (verdict.isPresent()) {
      writer.write(now).ifPresent(actions::add);
    }
    return actions;
  }

  private List<Action> probed(Event.Probed probed, Now now) {
    if (!leadership.leads(now)) {
      return List.of();
    }
    List<Action> actions = new ArrayList<>();
    Optional<Verdict> verdict =
        membership.probed(probed.node(), probed.incarnation(), probed.result(), now);
    verdict.ifPresent(v -> actions.add(judged(v)));
    (verdict.isPresent() ? writer.write(now) : writer.writeIfNews(now)).ifPresent(actions::add);
    return actions;
  }

  private List<Action> read(long offset, Entry entry, Now now) {
    boolean led = isLeading();
    ShardMap before = leadership.map();
    Outcome outcome = leadership.read(offset, entry, now);
    List<Action> actions = new ArrayList<>();
    switch (outcome) {
      case LEADER_CHANGED -> leaderChanged(led, now, actions);
      case MAP_CHANGED -> {
        // A log that was cut or made anew begins with maps that are older than the one known.
        if (leadership.map().version().newerThan(before.version())) {
          mapChanged(before, now, actions);
        }
      }
      case VOID -> actions.add(new Action.Tell(new Notice.VoidRecord(offset)));
      case LEADER_ALIVE, DUPLICATE -> {}
    }
    if (outcome != Outcome.LEADER_ALIVE) {
      writer.write(now).ifPresent(actions::add);
    }
    return actions;
  }

  private void leaderChanged(boolean led, Now now, List<Action> actions) {
    if (isLeading()) {
      if (leadership.leadsOn()) {
        membership.leadOn();
      } else {
        membership.lead(now);
      }
      writer.lead();
    } else if (led) {
      actions.add(new Action.Tell(new Notice.LeadLost()));
    }
    leadership
        .leader()
        .ifPresent(
            leader -> actions.add(new Action.Tell(new Notice.LeaderChanged(leader, isLeading()))));
  }

  private void mapChanged(ShardMap before, Now now, List<Action> actions) {
    ShardMap after = leadership.map();
    if (!isLeading()) {
      membership.adopt(after, now);
    }
    writer.published(before, after, leadership.isAtEnd(), now);
    actions.add(new Action.Tell(new Notice.MapChanged(after)));
    if (leadership.isAtEnd()) {
      history
          .changed(before, after, membership, now)
          .forEach(handover -> actions.add(new Action.Tell(new Notice.HandedOver(handover))));
    }
  }

  private List<Action> appendFailed(Entry entry, Now now) {
    boolean led = isLeading();
    List<Action> actions = new ArrayList<>(leadership.appendFailed(entry, now));
    if (led && !isLeading()) {
      actions.add(new Action.Tell(new Notice.LeadLost()));
    }
    return actions;
  }

  private List<Action> positionLost(Now now) {
    boolean led = isLeading();
    leadership.lost(now);
    return led ? List.of(new Action.Tell(new Notice.LeadLost())) : List.of();
  }

  private List<Action> tooLarge(Entry.Table table) {
    leadership.tooLarge(table);
    return List.of(new Action.Tell(new Notice.TableTooLarge(table.map())));
  }

  public CoordinatorId id() {
    return settings.id();
  }

  public boolean isLeading() {
    return leadership.state() instanceof Leadership.State.Leading;
  }

  public Optional<Leader> leader() {
    return leadership.leader();
  }

  public ShardMap map() {
    return leadership.map();
  }

  /** The offset of the next record of the topic shard-map to apply. */
  public long nextOffset() {
    return leadership.nextOffset();
  }

  /** The latest handovers, newest first. */
  public List<Handover> handovers(int limit) {
    return history.latest(limit);
  }

  /** All nodes, sorted by id. */
  public List<NodeView> nodes() {
    return survey().nodes();
  }

  /** How many live copies each slot of the map in force has, as {@link Health#thin} counts them. */
  public SortedMap<SlotId, Integer> liveCopies() {
    return survey().liveCopies();
  }

  /** Slots of the map in force that outweigh a node's fair share, as far as loads are measured. */
  public Set<SlotId> hotSlots() {
    return survey().hotSlots();
  }

  private Survey survey() {
    return new Survey(leadership.map(), membership, isLeading(), loads.weights());
  }

  public Health health() {
    return survey()
        .health(leadership.isAtEnd(), isLeading(), leadership.isTooLarge(), history.count());
  }

  /** Has a node give up its slots by planned moves. */
  public Answer drain(NodeId node, Now now) {
    return whileLeading(
        node,
        now,
        member -> {
          if (member.life == Life.DEAD) {
            return new Answer.Refused("node " + node + " is dead; its slots are elsewhere already");
          }
          boolean othersRemain =
              membership.count(m -> m.life != Life.DEAD && !m.draining() && m != member) > 0;
          if (!othersRemain) {
            return new Answer.Refused(
                "node "
                    + node
                    + " is the last one that takes slots; start or activate another first");
          }
          member.drained = true;
          member.news = true;
          return new Answer.Done(node, member.draining());
        });
  }

  /** Lets a drained node take part again. */
  public Answer activate(NodeId node, Now now) {
    return whileLeading(
        node,
        now,
        member -> {
          if (member.leaving) {
            return new Answer.Refused("node " + node + " is shutting down; start it again instead");
          }
          if (member.life == Life.DEAD && member.drained) {
            // No table could tell the next leader.
            return new Answer.Refused(
                "node "
                    + node
                    + " is dead and stays drained should it wake up; start it again, or activate it"
                    + " once it is back");
          }
          member.drained = false;
          member.news = true;
          return new Answer.Done(node, member.draining());
        });
  }

  private Answer whileLeading(NodeId node, Now now, Function<Member, Answer> command) {
    if (!leadership.leads(now)) {
      return new Answer.NotLeading(leadership.leader());
    }
    return membership.find(node).map(command).orElseGet(() -> new Answer.NoSuchNode(node));
  }

  /**
   * Evens the table out now, even while a dead node may still come back.
   *
   * @param dryRun only say what would move
   * @param onlyIf refuses unless this is the version of the map in force
   */
  public Answer rebalance(boolean dryRun, Optional<MapVersion> onlyIf, Now now) {
    if (!leadership.leads(now)) {
      return new Answer.NotLeading(leadership.leader());
    }
    MapVersion version = leadership.map().version();
    if (onlyIf.isPresent() && !onlyIf.get().equals(version)) {
      return new Answer.Outdated(onlyIf.get(), version);
    }
    if (leadership.map().areas().isEmpty()) {
      return new Answer.Refused("there is no shard map yet; start nodes first");
    }
    return new Answer.Planned(writer.rebalance(dryRun, now));
  }

  /** The state of a node by the map in force; empty where the map does not know it. */
  public Optional<MapNode.State> stateOf(NodeId node) {
    return leadership.map().node(node).map(MapNode::state);
  }
}
