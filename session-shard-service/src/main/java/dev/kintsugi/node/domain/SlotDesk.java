package dev.kintsugi.node.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * The requests to one slot: those that are answered at once, and those that wait for a takeover, a
 * lease, a write or a change. Not thread-safe.
 */
final class SlotDesk {

  private static final int MOST_WAITING = 10_000;
  private static final long WATCH_GRACE_NANOS = Duration.ofSeconds(1).toNanos();

  /** How long a read waits for a proof before it is answered without one. */
  private static final long STALE_AFTER_NANOS = Duration.ofSeconds(1).toNanos();

  private final SlotId slot;
  private final WriteRules rules;
  private final Lease lease;
  private final WallClock wallClock;
  private final SlotFold fold;
  private final InFlight inFlight;
  private final Room room;
  private final UserLimit limit;
  private final ArrayDeque<Waiting> parked = new ArrayDeque<>();
  private final ArrayDeque<Waiting> readers = new ArrayDeque<>();
  private final Watchers watchers = new Watchers(MOST_WAITING);

  SlotDesk(SlotId slot, WriteRules rules, SlotMachine.Shared shared, SlotFold fold) {
    this.slot = slot;
    this.rules = rules;
    this.lease = shared.lease();
    this.wallClock = shared.wallClock();
    this.inFlight = new InFlight(shared.budget());
    this.room = shared.room();
    this.fold = fold;
    this.limit = new UserLimit(shared.settings().sessionsPerUser(), slot.area(), fold, inFlight);
  }

  /** Keeps a request until the slot is served. */
  void park(Waiting waiting, List<Action> out) {
    if (parked.size() >= MOST_WAITING) {
      refuse(waiting, Refusal.UNAVAILABLE, out);
    } else {
      parked.add(waiting);
    }
  }

  /** Serving begins. */
  void open(Epoch epoch, Incarnation incarnation, long nowNanos, Instant wall, List<Action> out) {
    List<Waiting> due = new ArrayList<>(parked);
    parked.clear();
    due.forEach(waiting -> handle(waiting, epoch, incarnation, nowNanos, wall, out));
    retryReaders(epoch, incarnation, nowNanos, wall, out);
  }

  /** Carries a request out while the slot is served. */
  void handle(
      Waiting waiting,
      Epoch epoch,
      Incarnation incarnation,
      long nowNanos,
      Instant wall,
      List<Action> out) {
    try {
      carryOut(waiting, epoch, incarnation, nowNanos, wall, out);
    } catch (RuntimeException e) {
      // Content that no rule can deal with concerns its own request, never those beside it.
      refuse(waiting, Refusal.CONFLICT, out);
    }
  }

  private void carryOut(
      Waiting waiting,
      Epoch epoch,
      Incarnation incarnation,
      long nowNanos,
      Instant wall,
      List<Action> out) {
    switch (waiting.request()) {
      case Request.Read read -> readNow(waiting, nowNanos, wall, () -> found(read.key()), out);
      case Request.LastReadable read ->
          readNow(waiting, nowNanos, wall, () -> lastReadable(read.key()), out);
      case Request.Watch watch -> watch(waiting, watch, nowNanos, wall, out);
      case Request.ListSessions list -> readNow(waiting, nowNanos, wall, () -> sessions(list), out);
      case Request.Write write -> write(waiting, write, epoch, incarnation, nowNanos, wall, out);
    }
  }

  /** Answers from memory if the lease allows it, else waits for the next heartbeat. */
  private void readNow(
      Waiting waiting,
      long nowNanos,
      Instant wall,
      java.util.function.Supplier<Answer> answer,
      List<Action> out) {
    if (lease.covers(waiting.arrivedNanos(), nowNanos, wall)) {
      out.add(new Action.Reply(waiting.token(), answer.get()));
    } else if (readers.size() >= MOST_WAITING) {
      refuse(waiting, Refusal.UNAVAILABLE, out);
    } else {
      readers.add(waiting);
      lease.hurry(nowNanos);
    }
  }

  private Answer found(ShardKey key) {
    return fold.isQuarantined(key.session())
        ? new Answer.Refused(Refusal.QUARANTINED, position())
        : lastReadable(key);
  }

  private Answer lastReadable(ShardKey key) {
    Optional<Shard> shard = fold.shard(key.session());
    if (shard.isEmpty() && fold.isQuarantined(key.session())) {
      return new Answer.Refused(Refusal.QUARANTINED, position());
    }
    return shard.isPresent()
        ? new Answer.Found(shard.get(), position())
        : new Answer.Absent(position());
  }

  /** Whether somebody waits for a lease or for the slot. */
  boolean awaitsProof() {
    return !readers.isEmpty() || !parked.isEmpty();
  }

  /**
   * Answers the reads that have waited long for a proof and put up with what was known last. The
   * others, and those whose shard cannot be shown, go on waiting.
   */
  void answerStale(long nowNanos, List<Action> out) {
    Predicate<Waiting> answered =
        waiting ->
            nowNanos - waiting.arrivedNanos() >= STALE_AFTER_NANOS
                && waiting.request() instanceof Request.Read read
                && answerStale(waiting, read, out);
    readers.removeIf(answered);
    parked.removeIf(answered);
  }

  /**
   * Answers with the shard as it was last, where it can be shown to this reader; whether it was.
   */
  boolean answerStale(Waiting waiting, Request.Read read, List<Action> out) {
    SessionId session = read.key().session();
    if (!read.leniency().takes(fold.nextOffset()) || fold.isQuarantined(session)) {
      return false;
    }
    Optional<Shard> shard = fold.shard(session).filter(Shard::lives);
    shard.ifPresent(
        known -> out.add(new Action.Reply(waiting.token(), new Answer.Stale(known, position()))));
    return shard.isPresent();
  }

  private Answer sessions(Request.ListSessions list) {
    SortedMap<SessionId, Shard> sessions =
        list.toEnd() ? fold.notEnded(list.placement()) : fold.living(list.placement());
    sessions.values().removeIf(shard -> !isOf(shard, list));
    return new Answer.Sessions(
        sessions, list.toEnd() ? unreadable(list.placement()) : List.of(), position());
  }

  private List<SessionId> unreadable(PlacementKey placement) {
    return fold.quarantined().stream()
        .filter(session -> session.placement().equals(placement))
        .filter(session -> fold.shard(session).isEmpty())
        .sorted()
        .toList();
  }

  private static boolean isOf(Shard shard, Request.ListSessions list) {
    return shard.application().equals(list.application())
        && shard.user().filter(list.user()::equals).isPresent();
  }

  private void watch(
      Waiting waiting, Request.Watch watch, long nowNanos, Instant wall, List<Action> out) {
    if (!applied(watch.key().session()).equals(watch.seen())) {
      readNow(waiting, nowNanos, wall, () -> found(watch.key()), out);
    } else if (watchers.isFull()) {
      refuse(waiting, Refusal.UNAVAILABLE, out);
    } else {
      watchers.add(watch.key().session(), waiting);
    }
  }

  private void write(
      Waiting waiting,
      Request.Write write,
      Epoch epoch,
      Incarnation incarnation,
      long nowNanos,
      Instant wall,
      List<Action> out) {
    SessionId session = write.key().session();
    Optional<InFlight.Write> newest = inFlight.newest(session);
    boolean setAside = newest.isEmpty() && fold.isQuarantined(session);
    Optional<Shard> base =
        setAside ? baseOfEnd(write) : newest.isPresent() ? newest.get().shard : fold.shard(session);
    if (setAside && base.isEmpty()) {
      readNow(
          waiting, nowNanos, wall, () -> new Answer.Refused(Refusal.QUARANTINED, position()), out);
      return;
    }
    switch (rules.decide(base, write, wallClock.look(nowNanos, wall))) {
      case WriteRules.Decision.Append(Shard shard)
          when !WriteRules.isEnd(write.change()) && !inFlight.admits(shard) ->
          refuse(waiting, Refusal.UNAVAILABLE, out);
      case WriteRules.Decision.Append(Shard shard) when !fits(write.change(), base, shard) ->
          refuse(waiting, Refusal.NEARLY_FULL, out);
      // Last of all, as a session may be ended to make room for one that nothing else keeps out.
      case WriteRules.Decision.Append(Shard shard) -> {
        switch (limit.on(session, base, shard)) {
          case UserLimit.Verdict.Full _ ->
              readNow(
                  waiting,
                  nowNanos,
                  wall,
                  () -> new Answer.Refused(Refusal.TOO_MANY_SESSIONS, position()),
                  out);
          case UserLimit.Verdict.FullAfter(InFlight.Write creation) ->
              creation.dependents.add(waiting);
          case UserLimit.Verdict.Free _ ->
              append(
                  session,
                  Optional.of(shard),
                  shard.version(),
                  epoch,
                  incarnation,
                  nowNanos,
                  Optional.of(waiting),
                  out);
        }
      }
      case WriteRules.Decision.Repeat(ShardVersion version) -> {
        Optional<InFlight.Write> first = inFlight.find(session, version);
        if (first.isPresent()) {
          first.get().dependents.add(waiting);
        } else {
          readNow(waiting, nowNanos, wall, () -> repeated(session, version), out);
        }
      }
      case WriteRules.Decision.Refuse(Refusal why) -> {
        if (newest.isPresent()) {
          newest.get().dependents.add(waiting);
        } else {
          readNow(waiting, nowNanos, wall, () -> new Answer.Refused(why, position()), out);
        }
      }
    }
  }

  private Answer repeated(SessionId session, ShardVersion version) {
    return new Answer.Applied(version, true, fold.shard(session).orElseThrow(), position());
  }

  private void append(
      SessionId session,
      Optional<Shard> shard,
      ShardVersion version,
      Epoch epoch,
      Incarnation incarnation,
      long nowNanos,
      Optional<Waiting> asker,
      List<Action> out) {
    inFlight.add(session, new InFlight.Write(shard, version, nowNanos, asker));
    out.add(
        new Action.Append(
            slot, new SlotEntry.Written(epoch, incarnation, session, version, shard)));
  }

  /** A shard record was applied: answers whoever waited for it. */
  void onWritten(
      SlotEntry.Written written,
      Optional<Epoch> serving,
      long nowNanos,
      Instant wall,
      List<Action> out) {
    Optional<InFlight.Write> ours =
        written.incarnation().equals(lease.incarnation())
            ? inFlight.complete(written.session(), written.version())
            : Optional.empty();
    if (ours.isPresent()) {
      InFlight.Write write = ours.get();
      out.add(new Action.WroteBack(slot, written.session(), nowNanos - write.appendedNanos));
      write.asker.ifPresent(waiting ->
          out.add(
              new Action.Reply(
                  waiting.token(),
                  new Answer.Applied(
                      written.version(), false, write.shard.orElseThrow(), position()))));
      again(write.dependents, serving, nowNanos, wall, out);
    }
    again(watchers.take(written.session()), serving, nowNanos, wall, out);
  }

  private void again(
      List<Waiting> waiting,
      Optional<Epoch> serving,
      long nowNanos,
      Instant wall,
      List<Action> out) {
    if (serving.isPresent()) {
      waiting.forEach(one -> handle(one, serving.get(), lease.incarnation(), nowNanos, wall, out));
    } else {
      waiting.forEach(one -> park(one, out));
    }
  }

  /** Tries those again who waited for a lease. */
  void retryReaders(
      Epoch epoch, Incarnation incarnation, long nowNanos, Instant wall, List<Action> out) {
    List<Waiting> due = new ArrayList<>(readers);
    readers.clear();
    due.forEach(waiting -> handle(waiting, epoch, incarnation, nowNanos, wall, out));
  }

  /** Writes the shards again whose newest record is void, so that compaction keeps a valid one. */
  void repair(Epoch epoch, Incarnation incarnation, long nowNanos, List<Action> out) {
    if (fold.voided().isEmpty()) {
      return;
    }
    for (SessionId session : List.copyOf(fold.voided())) {
      if (inFlight.newest(session).isPresent() || fold.isQuarantined(session)) {
        continue;
      }
      Optional<Shard> shard = fold.shard(session);
      if (shard.isPresent() && !inFlight.admits(shard.get())) {
        return;
      }
      ShardVersion version = applied(session).next();
      append(
          session,
          shard.map(s -> withVersion(s, version)),
          version,
          epoch,
          incarnation,
          nowNanos,
          Optional.empty(),
          out);
    }
  }

  /** Takes an end mark out of the log, unless something is under way to it. */
  void forget(
      SessionId session, Epoch epoch, Incarnation incarnation, long nowNanos, List<Action> out) {
    if (inFlight.newest(session).isEmpty() && fold.shard(session).isPresent()) {
      append(
          session,
          Optional.empty(),
          applied(session).next(),
          epoch,
          incarnation,
          nowNanos,
          Optional.empty(),
          out);
    }
  }

  private static Shard withVersion(Shard shard, ShardVersion version) {
    return new Shard(
        shard.application(),
        shard.user(),
        version,
        shard.content(),
        shard.requests(),
        shard.facts(),
        shard.endedAt());
  }

  /** Whether the node's memory has room for what a write would make of a shard. */
  private boolean fits(Change change, Optional<Shard> base, Shard shard) {
    if (WriteRules.isEnd(change)) {
      return true;
    }
    boolean newSession = change instanceof Change.Create && slot.area().equals(Area.SESSION);
    int before = base.map(one -> one.content().bytes()).orElse(0);
    return !(newSession && room.nearlyFull()) && !(room.full() && shard.content().bytes() > before);
  }

  /** What the end of a quarantined shard follows; empty for all other writes, and without facts. */
  private Optional<Shard> baseOfEnd(Request.Write write) {
    SessionId session = write.key().session();
    ShardVersion version = fold.version(session);
    Optional<Shard> readable = fold.shard(session).map(shard -> withVersion(shard, version));
    return switch (write.change()) {
      case Change.End end ->
          readable.or(() ->
              slot.area().equals(Area.SESSION)
                  ? Optional.empty()
                  : Optional.of(
                      new Shard(
                          end.application(),
                          end.user(),
                          version,
                          Content.EMPTY,
                          List.of(),
                          Optional.empty(),
                          Optional.empty())));
      case Change.Advance _ -> readable;
      case Change.Put _, Change.Merge _, Change.Create _, Change.Touch _ -> Optional.empty();
    };
  }

  private ShardVersion applied(SessionId session) {
    return fold.version(session);
  }

  /** A record was read that nothing can be made of: whoever waits for it cannot be told more. */
  void onSetAside(SlotEntry.Written written, List<Action> out) {
    if (!written.incarnation().equals(lease.incarnation())) {
      return;
    }
    inFlight
        .complete(written.session(), written.version())
        .ifPresent(write -> {
          write.asker.ifPresent(waiting -> unknown(waiting, out));
          write.dependents.forEach(waiting -> unknown(waiting, out));
        });
  }

  /** What was under way is void for certain: whoever asked for it waits for the slot again. */
  void parkInFlight() {
    List<Waiting> due = new ArrayList<>();
    for (InFlight.Write write : inFlight.drain()) {
      write.asker.ifPresent(due::add);
      due.addAll(write.dependents);
    }
    parked.addAll(due);
  }

  /** The slot is lost by a larger epoch in the log: nothing under way can ever count. */
  void resign(List<Action> out) {
    parkInFlight();
    refuseWaiting(Refusal.NOT_OWNER, out);
  }

  /** The node has been fenced: what is under way may have counted. */
  void abandon(List<Action> out) {
    for (InFlight.Write write : inFlight.drain()) {
      write.asker.ifPresent(waiting -> unknown(waiting, out));
      write.dependents.forEach(waiting -> unknown(waiting, out));
    }
    refuseWaiting(Refusal.NOT_OWNER, out);
  }

  /** Refuses all that wait without having been appended. */
  void refuseWaiting(Refusal why, List<Action> out) {
    if (parked.isEmpty() && readers.isEmpty() && watchers.isEmpty()) {
      return;
    }
    parked.forEach(waiting -> refuse(waiting, why, out));
    parked.clear();
    readers.forEach(waiting -> refuse(waiting, why, out));
    readers.clear();
    watchers.takeAll().forEach(waiting -> refuse(waiting, why, out));
  }

  void refuse(Waiting waiting, Refusal why, List<Action> out) {
    out.add(new Action.Reply(waiting.token(), new Answer.Refused(why, position())));
  }

  private void unknown(Waiting waiting, List<Action> out) {
    out.add(new Action.Reply(waiting.token(), new Answer.Unknown(position())));
  }

  /** Answers whoever has waited long enough, or has gone. */
  void expire(
      long nowNanos,
      Optional<Epoch> serving,
      Incarnation incarnation,
      Instant wall,
      List<Action> out) {
    if (parked.isEmpty() && readers.isEmpty() && inFlight.isEmpty() && watchers.isEmpty()) {
      return;
    }
    Predicate<Waiting> late = waiting -> waiting.expired(nowNanos) || waiting.isGone();
    expire(parked, late, out);
    expire(readers, late, out);
    for (InFlight.Write write : inFlight.all()) {
      if (write.asker.filter(late).isPresent()) {
        unknown(write.asker.get(), out);
        write.asker = Optional.empty();
      }
      expire(write.dependents, late, out);
    }
    if (serving.isPresent()) {
      endWatches(late, nowNanos, serving.get(), incarnation, wall, out);
    } else {
      watchers.takeIf(late).forEach(waiting -> refuse(waiting, Refusal.UNAVAILABLE, out));
    }
  }

  private void expire(Collection<Waiting> from, Predicate<Waiting> late, List<Action> out) {
    from.removeIf(waiting -> {
      if (!late.test(waiting)) {
        return false;
      }
      refuse(waiting, Refusal.UNAVAILABLE, out);
      return true;
    });
  }

  /** A watch that ends without a change is answered as a read. */
  private void endWatches(
      Predicate<Waiting> late,
      long nowNanos,
      Epoch epoch,
      Incarnation incarnation,
      Instant wall,
      List<Action> out) {
    for (Waiting waiting : watchers.takeIf(late)) {
      Request.Read read = new Request.Read(slot, ((Request.Watch) waiting.request()).key());
      Waiting last =
          new Waiting(waiting.token(), read, waiting.arrivedNanos(), nowNanos + WATCH_GRACE_NANOS);
      handle(last, epoch, incarnation, nowNanos, wall, out);
    }
  }

  private Position position() {
    return new Position(slot, fold.epoch(), fold.nextOffset());
  }

  /** Whether nobody waits for anything. */
  boolean isEmpty() {
    return idle() && parked.isEmpty() && readers.isEmpty() && watchers.isEmpty();
  }

  /** Whether no write is under way. */
  boolean idle() {
    return inFlight.isEmpty();
  }
}
