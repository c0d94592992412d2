package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
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
 *
 * <p>The log may have lost its tail, or be an old copy, while others still go by what it held. They
 * say which map that is: nobody claims an epoch that does not exceed it, and who leads already
 * claims once more, as soon as the log has shown that it lacks that map (ADR 19).
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

  /*
   * How far above all epochs that this coordinator knows of another may be that it is told of. The
   * lead would have to change every second for 136 years to get there; and whoever tells of such an
   * epoch again and again gets the numbers to their end in no less than a lifetime either.
   */
  private static final long LARGEST_LEAP = 1L << 32;

  private final CoordinatorId id;
  private final String url;
  private final Incarnation incarnation;
  private final Timing timing;

  /** Of the log as it is now; what it was before it was cut or made anew is not in it. */
  private ShardMapLog log = new ShardMapLog();

  /** The newest map ever read, which the log may have lost since. */
  private ShardMap newest = ShardMap.EMPTY;

  /** The newest version that anybody is known to go by. */
  private MapVersion known = MapVersion.NONE;

  private State state = new State.Following(0);
  private boolean atEnd;
  private Epoch highestClaim = Epoch.NONE;
  private long lastAppendNanos;
  private long lastOwnReadNanos;

  /** Nobody else has led since this coordinator last did, only its claim has been renewed. */
  private boolean leadsOn;

  private boolean tableUnderWay;
  private boolean mustRewrite;

  /** The last table that was larger than the log takes; it stands nowhere. */
  private Optional<ShardMap> refused = Optional.empty();

  /** Own records appended since this coordinator leads, and how many of them were read back. */
  private long appended;

  private long returned;

  /**
   * How many had been appended when {@link #known} was told of: one appended later stands behind
   * that map in the log, if that is in it.
   */
  private long appendedBefore;

  Leadership(CoordinatorId id, String url, Incarnation incarnation, Timing timing) {
    this.id = id;
    this.url = url;
    this.incarnation = incarnation;
    this.timing = timing;
  }

  State state() {
    return state;
  }

  /** The newest map that was ever read: it does not go back where the log does. */
  ShardMap map() {
    return newest;
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

  /**
   * Whether the table has to be written again although it has not changed: something else stands in
   * its place, or the log has lost it.
   */
  boolean mustRewrite() {
    boolean lost =
        state instanceof State.Leading leading
            && leading.epoch().fences(known.epoch())
            && isUnread(known);
    return mustRewrite || lost;
  }

  private boolean isUnread(MapVersion version) {
    return version.newerThan(log.map().version());
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

  /**
   * The log has become shorter or was made anew: nothing that was read of it holds for what it is
   * now. It will be read from its beginning.
   */
  void lost(Now now) {
    log = new ShardMapLog();
    atEnd = false;
    mustRewrite = false;
    follow(now);
  }

  /** Somebody goes by a map of that version. What nobody can honestly go by is not believed. */
  void heardOf(MapVersion version) {
    long largest =
        Math.max(known.epoch().grant(), Math.max(log.epoch().grant(), highestClaim.grant()));
    if (version.newerThan(known) && version.epoch().grant() - largest <= LARGEST_LEAP) {
      known = version;
      appendedBefore = appended;
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
          refused = Optional.empty();
          adopt(log.map());
        }
      }
      case VOID -> voided(entry, own, now);
      case DUPLICATE -> {}
    }
    return outcome;
  }

  private void adopt(ShardMap map) {
    if (map.version().newerThan(newest.version())) {
      newest = map;
    }
    if (map.version().newerThan(known)) {
      known = map.version();
    }
  }

  private void leaderChanged(Epoch epoch, boolean own, Now now) {
    if (own && state instanceof State.Claiming claiming && claiming.epoch().equals(epoch)) {
      state = new State.Leading(epoch);
      lastOwnReadNanos = now.nanos();
      tableUnderWay = false;
      refused = Optional.empty();
      appended = 0;
      returned = 0;
      appendedBefore = 0;
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
          returned++;
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

  /** Whether the lead that has just been won is one that nobody else has had meanwhile. */
  boolean leadsOn() {
    return leadsOn;
  }

  private void follow(Now now) {
    leadsOn = false;
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
    if (isOutranked()) {
      return claim(now);
    }
    boolean proves = isInDoubt() && appended == appendedBefore;
    if (!proves && now.since(lastAppendNanos) < timing.beatEvery().toNanos()) {
      return List.of();
    }
    lastAppendNanos = now.nanos();
    appended++;
    return List.of(new Action.Append(new Entry.Beat(leading.epoch(), incarnation)));
  }

  /**
   * Whether somebody goes by a map that whatever is written under our epoch cannot replace: one
   * that we have not read yet, or that the log has lost. Until that is known nothing is written.
   */
  boolean isInDoubt() {
    return state instanceof State.Leading leading
        && isUnread(known)
        && !leading.epoch().fences(known.epoch());
  }

  /** Whether it is lost: we have read something that we appended later than somebody knew it. */
  private boolean isOutranked() {
    return isInDoubt() && returned > appendedBefore;
  }

  /** The fate of an append is unknown: a straggler of the old writer must become void. */
  private List<Action> claimAfresh(Now now) {
    List<Action> actions = new ArrayList<>();
    actions.add(new Action.RenewWriter());
    actions.addAll(claim(now));
    return actions;
  }

  private List<Action> claim(Now now) {
    leadsOn |= state instanceof State.Leading;
    boolean mine =
        log.leader().filter(leader -> leader.incarnation().equals(incarnation)).isPresent();
    Epoch inForce = log.epoch();
    Epoch epoch = inForce.next(mine ? inForce.grant() : inForce.grant() + 1);
    List<Action> actions = new ArrayList<>();
    boolean tooLow = !epoch.fences(known.epoch());
    if (tooLow) {
      epoch = known.epoch().next(known.epoch().grant() + 1);
    }
    if (tooLow || isOutranked()) {
      actions.add(new Action.Tell(new Notice.MapLost(known, log.map().version())));
    }
    if (!epoch.fences(highestClaim)) {
      epoch = highestClaim.next(highestClaim.grant());
    }
    highestClaim = epoch;
    state = new State.Claiming(epoch, now.nanos());
    tableUnderWay = false;
    lastAppendNanos = now.nanos();
    actions.add(new Action.Append(new Entry.Leadership(epoch, incarnation, id.value(), url)));
    return actions;
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
   * A table was larger than the log takes, for certain: nothing of it is there. To step down would
   * help nobody, as the next leader's is no smaller; the map in force stays in force.
   */
  void tooLarge(Entry.Table table) {
    if (state instanceof State.Leading leading && leading.epoch().equals(table.epoch())) {
      tableUnderWay = false;
      refused = Optional.of(table.map());
      appended--;
      appendedBefore = Math.min(appendedBefore, appended);
    }
  }

  /** There is nothing to write any more. */
  void nothingToWrite() {
    refused = Optional.empty();
  }

  /**
   * Whether this leader's log does not take what is to be written, so that the map cannot change.
   */
  boolean isTooLarge() {
    return state instanceof State.Leading && refused.isPresent();
  }

  /** Whether the log does not take this very table; another may be smaller. */
  boolean isTooLarge(ShardMap table) {
    return refused.filter(table::sameContent).isPresent();
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
    appended++;
    return new Action.Append(new Entry.Table(leading.epoch(), incarnation, table));
  }
}
