package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMapLog;
import dev.kintsugi.core.ShardMapLog.Entry;
import dev.kintsugi.core.ShardMapLog.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who leads, by the order of records in the topic shard-map. Not thread-safe.
 *
 * <pre>
 *              no record of a leader for leader-timeout          own claim read back, valid
 *   Following ─────────────────────────────────────────► Claiming ─────────────────────────► Leading
 *       ▲                                                 │    ▲                               │
 *       ├──────── another claim with a larger epoch ──────┘    └── append failed or unknown ───┤
 *       └──────────────────────────── another claim with a larger epoch ───────────────────────┘
 * </pre>
 *
 * A table counts as published only once it was read back, and one is under way at a time. A void
 * table in the log makes the leader write its own again, so that compaction cannot keep the void
 * one in its place.
 */
final class Leadership {

  /** What this coordinator is. */
  sealed interface State {
    /** Another leads, or nobody. */
    record Following(long claimAtNanos) implements State {}

    /** Its claim is under way. */
    record Claiming(Epoch epoch, long sinceNanos) implements State {}

    /** Its claim is the one in force. */
    record Leading(Epoch epoch) implements State {}
  }

  private final CoordinatorId id;
  private final String url;
  private final Incarnation incarnation;
  private final Timing timing;
  private final ShardMapLog log = new ShardMapLog();
  private State state = new State.Following(0);
  private boolean atEnd;
  private Epoch highestClaim = Epoch.NONE;
  private long lastAppendNanos;
  private long lastOwnReadNanos;
  private boolean tableUnderWay;
  private boolean mustRewrite;

  Leadership(CoordinatorId id, String url, Incarnation incarnation, Timing timing) {
    this.id = id;
    this.url = url;
    this.incarnation = incarnation;
    this.timing = timing;
  }

  State state() {
    return state;
  }

  ShardMap map() {
    return log.map();
  }

  Optional<ShardMapLog.Leader> leader() {
    return log.leader();
  }

  long nextOffset() {
    return log.nextOffset();
  }

  boolean isAtEnd() {
    return atEnd;
  }

  /** Whether this coordinator leads and has lately read a record of its own to prove it. */
  boolean leads(Now now) {
    return state instanceof State.Leading
        && now.since(lastOwnReadNanos) <= timing.leaderTimeout().toNanos();
  }

  boolean isTableUnderWay() {
    return tableUnderWay;
  }

  /** Whether the table in force has to be written again although it has not changed. */
  boolean mustRewrite() {
    return mustRewrite;
  }

  /** Something that nobody may go by stands in the log, perhaps in place of the table. */
  void rewrite() {
    mustRewrite = true;
  }

  /** The log has been read to its end for the first time; from here on silence means something. */
  void reachedEnd(Now now) {
    if (!atEnd) {
      atEnd = true;
      follow(now);
    }
  }

  Outcome read(long offset, Entry entry, Now now) {
    Outcome outcome = log.apply(offset, entry);
    boolean own = entry.incarnation().equals(incarnation);
    switch (outcome) {
      case LEADER_CHANGED -> leaderChanged(entry.epoch(), own, now);
      case LEADER_ALIVE, MAP_CHANGED -> {
        signOfLife(own, now);
        if (outcome == Outcome.MAP_CHANGED) {
          tableUnderWay &= !own;
          mustRewrite = false;
        }
      }
      case VOID -> voided(entry, own, now);
      case DUPLICATE -> {}
    }
    return outcome;
  }

  private void leaderChanged(Epoch epoch, boolean own, Now now) {
    if (own && state instanceof State.Claiming claiming && claiming.epoch().equals(epoch)) {
      state = new State.Leading(epoch);
      lastOwnReadNanos = now.nanos();
      tableUnderWay = false;
      return;
    }
    if (state instanceof State.Claiming claiming && claiming.epoch().fences(epoch)) {
      return;
    }
    follow(now);
  }

  private void signOfLife(boolean own, Now now) {
    switch (state) {
      case State.Leading _ -> {
        if (own) {
          lastOwnReadNanos = now.nanos();
        }
      }
      case State.Following _ -> {
        if (!own) {
          follow(now);
        }
      }
      case State.Claiming _ -> {}
    }
  }

  private void voided(Entry entry, boolean own, Now now) {
    boolean lostClaim =
        own
            && entry instanceof Entry.Leadership
            && state instanceof State.Claiming claiming
            && claiming.epoch().equals(entry.epoch());
    if (lostClaim) {
      follow(now);
    }
    if (entry instanceof Entry.Table) {
      mustRewrite = true;
    }
  }

  private void follow(Now now) {
    long patience = timing.leaderTimeout().toNanos();
    state = new State.Following(now.nanos() + patience + id.rank() * patience / 5);
    tableUnderWay = false;
  }

  /** Passes time: beats, claims, and doubts appends that have not come back. */
  List<Action> tick(Now now) {
    return switch (state) {
      case State.Following following ->
          atEnd && now.since(following.claimAtNanos()) >= 0 ? claim(now) : List.of();
      case State.Claiming claiming ->
          now.since(claiming.sinceNanos()) >= timing.leaderTimeout().toNanos()
              ? claimAfresh(now)
              : List.of();
      case State.Leading leading -> whileLeading(leading, now);
    };
  }

  private List<Action> whileLeading(State.Leading leading, Now now) {
    if (now.since(lastOwnReadNanos) >= 2 * timing.leaderTimeout().toNanos()) {
      return claimAfresh(now);
    }
    if (now.since(lastAppendNanos) < timing.beatEvery().toNanos()) {
      return List.of();
    }
    lastAppendNanos = now.nanos();
    return List.of(new Action.Append(new Entry.Beat(leading.epoch(), incarnation)));
  }

  /** The fate of an append is unknown: a straggler of the old writer must become void. */
  private List<Action> claimAfresh(Now now) {
    List<Action> actions = new ArrayList<>();
    actions.add(new Action.RenewWriter());
    actions.addAll(claim(now));
    return actions;
  }

  private List<Action> claim(Now now) {
    boolean mine =
        log.leader().filter(leader -> leader.incarnation().equals(incarnation)).isPresent();
    Epoch inForce = log.epoch();
    Epoch epoch = inForce.next(mine ? inForce.grant() : inForce.grant() + 1);
    if (!epoch.fences(highestClaim)) {
      epoch = highestClaim.next(highestClaim.grant());
    }
    highestClaim = epoch;
    state = new State.Claiming(epoch, now.nanos());
    tableUnderWay = false;
    lastAppendNanos = now.nanos();
    return List.of(new Action.Append(new Entry.Leadership(epoch, incarnation, id.value(), url)));
  }

  /** An append failed, or nobody knows whether it did. */
  List<Action> appendFailed(Entry entry, Now now) {
    boolean current =
        switch (state) {
          case State.Following _ -> false;
          case State.Claiming claiming -> claiming.epoch().equals(entry.epoch());
          case State.Leading leading -> leading.epoch().equals(entry.epoch());
        };
    if (!current) {
      return List.of();
    }
    state = new State.Following(now.nanos() + timing.beatEvery().toNanos());
    tableUnderWay = false;
    return List.of(new Action.RenewWriter());
  }

  /**
   * Writes a table.
   *
   * @throws IllegalStateException unless this coordinator leads and no other table is under way
   */
  Action publish(ShardMap table, Now now) {
    if (!(state instanceof State.Leading leading) || tableUnderWay) {
      throw new IllegalStateException("a table may be written by a leader only, one at a time");
    }
    tableUnderWay = true;
    lastAppendNanos = now.nanos();
    return new Action.Append(new Entry.Table(leading.epoch(), incarnation, table));
  }
}
