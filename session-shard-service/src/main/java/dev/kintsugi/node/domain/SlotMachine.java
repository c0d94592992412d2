package dev.kintsugi.node.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One slot on one node: following its log, taking it over, serving it, giving it up; see {@link
 * Phase}. Not thread-safe.
 */
final class SlotMachine {

  /**
   * What the slots of a node share.
   *
   * @param scratch where one shard at a time is put together
   */
  record Shared(
      NodeId self,
      int leasePartition,
      Lease lease,
      WallClock wallClock,
      Fences fences,
      Obituaries obituaries,
      Budget budget,
      Room room,
      PackedBytes scratch,
      NodeSettings settings) {}

  private static final long ENDING_NANOS = Duration.ofMinutes(1).toNanos();

  private final SlotId slot;
  private final Duration staleReads;
  private final Shared shared;
  private final SlotFold fold;
  private final SlotDesk desk;
  private final SlotTimes times;
  private final DigestChecks checks;
  private Phase phase = new Phase.Following();
  private Duty duty = new Duty.Standby();
  private Epoch tried;
  private Optional<Epoch> served = Optional.empty();
  private long nextEndingNanos;
  private boolean following;
  private final Freshness freshness;
  private final RequestRate requests = new RequestRate();
  private boolean caughtUp;
  private boolean fresh;
  private boolean takenOut;
  private Optional<DigestChecks.Comparison> comparison = Optional.empty();

  /**
   * A slot of which nothing has been read.
   *
   * @param tried the newest epoch that this node has asked for in the slot
   */
  SlotMachine(SlotId slot, WriteRules rules, Shared shared, Epoch tried) {
    this.slot = slot;
    this.tried = tried;
    this.staleReads = rules.policy().staleReads();
    this.shared = shared;
    this.fold = new SlotFold(new SlotScope(rules.policy(), slot.number()), shared.scratch());
    this.desk = new SlotDesk(slot, rules, shared, fold);
    this.freshness = new Freshness(shared.settings().compactionLag());
    this.times = new SlotTimes(fold, shared.settings().endMark());
    this.checks = new DigestChecks(slot, shared.settings().checkInterval());
  }

  void onDuty(Duty next, long nowNanos, Instant wall, List<Action> out) {
    duty = next;
    progress(nowNanos, wall, out);
  }

  void onFollowed() {
    following = true;
  }

  /** Whether what is read now begins with the log's first record. */
  boolean following() {
    return following;
  }

  /** All that was in the log at a moment has been applied. */
  void onAtEnd(Moment asOf, long nowNanos, Instant wall, List<Action> out) {
    freshness.atEnd(asOf);
    caughtUp = true;
    fresh = freshness.lasts(nowNanos, wall);
    progress(nowNanos, wall, out);
  }

  /**
   * Whether records may be missing before the next one that is read: the log's end was reached too
   * long ago.
   */
  boolean isStale(long nowNanos, Instant wall) {
    fresh = freshness.lasts(nowNanos, wall);
    return caughtUp && !fresh;
  }

  SlotFold.Outcome onEntry(
      long offset, SlotEntry entry, long nowNanos, Instant wall, List<Action> out) {
    Optional<Shard> before = serving().isPresent() ? timedShardOf(entry) : Optional.empty();
    SlotFold.Outcome outcome = fold.apply(offset, entry);
    if (outcome == SlotFold.Outcome.APPLIED) {
      if (serving().isPresent() && entry instanceof SlotEntry.Written written) {
        times.onWritten(
            written.session(), before, nowNanos, shared.wallClock().look(nowNanos, wall));
      }
      onApplied(offset, entry, nowNanos, wall, out);
    } else if (outcome == SlotFold.Outcome.VOID && isOurTaking(entry)) {
      // Somebody else was faster; nothing that we have under way can count any more.
      phase = new Phase.Following();
      desk.resign(out);
    } else if (entry instanceof SlotEntry.Written written
        && (outcome == SlotFold.Outcome.MALFORMED
            || (outcome == SlotFold.Outcome.VOID
                && fold.isOwnedBy(written.epoch(), written.incarnation())))) {
      // Void in its own epoch: something unreadable under the same version came before it.
      desk.onSetAside(written, out);
    }
    // A shard record is no reason to take a slot, and whoever catches up reads many.
    if (!(entry instanceof SlotEntry.Written && phase instanceof Phase.Following)) {
      progress(nowNanos, wall, out);
    }
    return outcome;
  }

  /** Others are never asked for their times, and most are others. */
  private Optional<Shard> timedShardOf(SlotEntry entry) {
    return entry instanceof SlotEntry.Written written && fold.hasTimes(written.session())
        ? fold.shard(written.session())
        : Optional.empty();
  }

  private boolean isOurTaking(SlotEntry entry) {
    return phase instanceof Phase.Taking taking
        && entry instanceof SlotEntry.Owned owned
        && owned.incarnation().equals(incarnation())
        && owned.epoch().equals(taking.epoch());
  }

  private void onApplied(
      long offset, SlotEntry entry, long nowNanos, Instant wall, List<Action> out) {
    if (entry instanceof SlotEntry.Written written) {
      checks.onWritten();
      desk.onWritten(written, serving(), nowNanos, wall, out);
      return;
    }
    switch (entry) {
      case SlotEntry.Checked checked -> onChecked(offset, checked);
      case SlotEntry.Owned owned -> onOwned(owned, out);
      case SlotEntry.Released _ -> {
        if (phase instanceof Phase.Releasing) {
          phase = new Phase.Following();
        }
      }
      case SlotEntry.Settled _, SlotEntry.Malformed _, SlotEntry.Written _ -> {}
    }
  }

  private void onChecked(long offset, SlotEntry.Checked checked) {
    boolean sound = caughtUp() && fold.quarantined().isEmpty();
    Optional<SlotEntry.Sample> here =
        sound
            ? Optional.of(new SlotEntry.Sample(offset, fold.digest(), fold.size(), Digest.FORM))
            : Optional.empty();
    boolean own = checked.incarnation().equals(incarnation());
    comparison = checks.onChecked(checked, here).filter(_ -> !own);
  }

  /** What came of the record that was read last, if this copy was compared with its owner's. */
  Optional<DigestChecks.Comparison> takeComparison() {
    Optional<DigestChecks.Comparison> taken = comparison;
    comparison = Optional.empty();
    return taken;
  }

  /** This copy is wrong: nobody may rely on it until it has been read anew. */
  void takeOut() {
    takenOut = true;
  }

  boolean isOut() {
    return takenOut;
  }

  private void onOwned(SlotEntry.Owned owned, List<Action> out) {
    if (isOurTaking(owned)) {
      // What was under way under the epoch before is void from here on: it is asked for again.
      desk.parkInFlight();
      phase = new Phase.Fencing(owned.epoch(), ((Phase.Taking) phase).sinceNanos());
    } else if (isOver(owned)) {
      phase = new Phase.Following();
      desk.resign(out);
    }
  }

  /** Whether an ownership record that is not the awaited one ends our part. */
  private boolean isOver(SlotEntry.Owned owned) {
    return switch (phase) {
      case Phase.Following _ -> false;
      case Phase.Taking taking -> !taking.epoch().fences(owned.epoch());
      case Phase.Fencing _, Phase.Waits _, Phase.Serving _, Phase.Releasing _ -> true;
    };
  }

  /** Moves on from phase to phase for as long as nothing has to be waited for. */
  void progress(long nowNanos, Instant wall, List<Action> out) {
    if (!isComing()) {
      desk.refuseWaiting(Refusal.NOT_OWNER, out);
    }
    switch (phase) {
      case Phase.Following _ -> takeIfDue(nowNanos, wall, out);
      case Phase.Taking _ -> {}
      case Phase.Fencing fencing -> fence(fencing, nowNanos, wall, out);
      case Phase.Waits waits -> {
        if (nowNanos - waits.untilNanos() >= 0) {
          serve(waits.epoch(), waits.sinceNanos(), nowNanos, wall, out);
        }
      }
      case Phase.Serving serving -> whileServing(serving, nowNanos, wall, out);
      case Phase.Releasing releasing -> release(releasing, out);
    }
  }

  /** Whether what waits here will be served: else it must be told to go elsewhere. */
  private boolean isComing() {
    return switch (phase) {
      case Phase.Serving _ -> true;
      case Phase.Following _, Phase.Taking _, Phase.Fencing _, Phase.Waits _ ->
          duty instanceof Duty.Own;
      case Phase.Releasing _ -> false;
    };
  }

  private void takeIfDue(long nowNanos, Instant wall, List<Action> out) {
    if (!(duty instanceof Duty.Own own)
        || takenOut
        || !freshness.lasts(nowNanos, wall)
        || !shared.lease().proven()) {
      return;
    }
    boolean staleMap = own.grant() < fold.epoch().grant() || own.grant() < tried.grant();
    boolean foreign =
        own.grant() == fold.epoch().grant()
            && !fold.released()
            && fold.current().filter(owner -> owner.node().equals(shared.self())).isEmpty();
    boolean waitsForRelease =
        own.after().isPresent() && fold.current().isPresent() && !fold.released();
    if (!staleMap && !foreign && !waitsForRelease) {
      take(own.grant(), nowNanos, out);
    }
  }

  private void take(long grant, long nowNanos, List<Action> out) {
    Epoch newest = fold.epoch().fences(tried) ? fold.epoch() : tried;
    tried = newest.next(Math.max(grant, newest.grant()));
    out.add(
        new Action.Append(
            slot,
            new SlotEntry.Owned(
                tried,
                incarnation(),
                shared.self(),
                shared.lease().length(),
                shared.leasePartition())));
    phase = new Phase.Taking(tried, nowNanos);
    fenceAhead(nowNanos, out);
  }

  /**
   * Asks for the fences that will be owed to the dead together with the ownership record: what
   * counts is that no lease can be valid any more when this node answers, and a fence that is read
   * back earlier shows that earlier. The living are fenced only if they turn out to be owed one: a
   * release that was not read yet may have made it needless.
   */
  private void fenceAhead(long nowNanos, List<Action> out) {
    for (SlotEntry.Owned owned : owed().values()) {
      if (shared.obituaries().isGone(owned.node(), owned.incarnation())) {
        askForFence(owned, nowNanos, out);
      }
    }
  }

  private void askForFence(SlotEntry.Owned owned, long nowNanos, List<Action> out) {
    if (shared.fences().ask(owned.incarnation(), nowNanos)) {
      out.add(new Action.AppendFence(owned.node(), owned.incarnation(), owned.leasePartition()));
    }
  }

  /** The others that may hold a lease by which they answer for the slot, by incarnation. */
  private Map<Incarnation, SlotEntry.Owned> owed() {
    Map<Incarnation, SlotEntry.Owned> owed = new LinkedHashMap<>();
    for (SlotEntry.Owned owned : fold.chain()) {
      if (!owned.incarnation().equals(incarnation())) {
        owed.put(owned.incarnation(), owned);
      }
    }
    return owed;
  }

  private void fence(Phase.Fencing fencing, long nowNanos, Instant wall, List<Action> out) {
    Map<Incarnation, SlotEntry.Owned> owed = owed();
    if (owed.isEmpty()) {
      serve(fencing.epoch(), fencing.sinceNanos(), nowNanos, wall, out);
      return;
    }
    boolean all = true;
    long provenNanos = 0;
    Duration longest = Duration.ZERO;
    for (SlotEntry.Owned owned : owed.values()) {
      OptionalLong proven = shared.fences().provenAtMostNanos(owned.incarnation());
      if (proven.isEmpty()) {
        all = false;
        askForFence(owned, nowNanos, out);
        continue;
      }
      boolean first = longest.isZero();
      provenNanos =
          first || proven.getAsLong() - provenNanos > 0 ? proven.getAsLong() : provenNanos;
      longest = longest.compareTo(owned.lease()) > 0 ? longest : owned.lease();
    }
    if (all) {
      long untilNanos = provenNanos + longest.toNanos() + longest.toNanos() / 100;
      phase = new Phase.Waits(fencing.epoch(), fencing.sinceNanos(), untilNanos);
      progress(nowNanos, wall, out);
    }
  }

  /**
   * Has half-ended sessions seen through: those that a former owner left, and from time to time
   * those whose record came after whoever had asked for it had given it up.
   */
  private void finishEnding(long nowNanos, List<Action> out) {
    nextEndingNanos = nowNanos + ENDING_NANOS;
    if (slot.area().equals(Area.SESSION)) {
      List<SessionId> half = fold.halfEnded();
      if (!half.isEmpty()) {
        out.add(new Action.FinishEnding(slot, half));
      }
    }
  }

  private void serve(Epoch epoch, long sinceNanos, long nowNanos, Instant wall, List<Action> out) {
    phase = new Phase.Serving(epoch);
    served = Optional.of(epoch);
    out.add(new Action.Append(slot, new SlotEntry.Settled(epoch, incarnation())));
    out.add(new Action.Serving(slot, nowNanos - sinceNanos));
    finishEnding(nowNanos, out);
    times.open(nowNanos);
    checks.open(nowNanos);
    desk.open(epoch, incarnation(), nowNanos, wall, out);
    progress(nowNanos, wall, out);
  }

  private void whileServing(Phase.Serving serving, long nowNanos, Instant wall, List<Action> out) {
    if (!(duty instanceof Duty.Own own)) {
      phase = new Phase.Releasing(serving.epoch(), false);
      served = Optional.empty();
      out.add(new Action.GivingUp(slot));
      progress(nowNanos, wall, out);
      return;
    }
    if (own.grant() > serving.epoch().grant()) {
      take(own.grant(), nowNanos, out);
      return;
    }
    desk.repair(serving.epoch(), incarnation(), nowNanos, out);
  }

  private void release(Phase.Releasing releasing, List<Action> out) {
    if (!releasing.appended() && desk.idle()) {
      out.add(new Action.Append(slot, new SlotEntry.Released(releasing.epoch(), incarnation())));
      phase = new Phase.Releasing(releasing.epoch(), true);
    }
  }

  void onRequest(Waiting waiting, long nowNanos, Instant wall, List<Action> out) {
    boolean coming = duty instanceof Duty.Own;
    requests.count();
    switch (phase) {
      case Phase.Serving serving ->
          desk.handle(waiting, serving.epoch(), incarnation(), nowNanos, wall, out);
      case Phase.Following _, Phase.Taking _, Phase.Fencing _, Phase.Waits _ -> {
        if (coming) {
          desk.park(waiting, out);
        } else if (!answersAsStandby(waiting, nowNanos, wall, out)) {
          desk.refuse(waiting, Refusal.NOT_OWNER, out);
        }
      }
      case Phase.Releasing _ -> desk.refuse(waiting, Refusal.NOT_OWNER, out);
    }
  }

  /**
   * Answers a read that shows what its caller has seen, where this copy has that and lacks only
   * what was appended lately; whether it did.
   */
  private boolean answersAsStandby(Waiting waiting, long nowNanos, Instant wall, List<Action> out) {
    return phase instanceof Phase.Following
        && duty instanceof Duty.Standby
        && waiting.request() instanceof Request.Read read
        && read.leniency() instanceof Leniency.FromStandby
        && isRecent(nowNanos, wall)
        && desk.answerStale(waiting, read, out);
  }

  /** Whether all that was in the log a while ago has been applied, as the area's policy has it. */
  private boolean isRecent(long nowNanos, Instant wall) {
    return staleReads.isPositive()
        && caughtUp
        && !takenOut
        && freshness.lasts(nowNanos, wall)
        && freshness.reachedWithin(staleReads, nowNanos, wall);
  }

  /** The log cannot be reached: readers that put up with it get what was known last. */
  private void answerStale(long nowNanos, Instant wall, List<Action> out) {
    if (desk.awaitsProof()
        && staleReads.isPositive()
        && isStillOurs()
        && shared.lease().endedWithin(staleReads, nowNanos, wall)) {
      desk.answerStale(nowNanos, out);
    }
  }

  /**
   * Whether the slot was served and, by all that was read since, nobody else has taken it, it was
   * not given up, and this incarnation was not fenced: also while another epoch is asked for after
   * a failed append.
   */
  private boolean isStillOurs() {
    return served.filter(epoch -> fold.isOwnedBy(epoch, incarnation())).isPresent();
  }

  /** A heartbeat proved the lease anew. */
  void onProof(long nowNanos, Instant wall, List<Action> out) {
    if (phase instanceof Phase.Serving serving) {
      desk.retryReaders(serving.epoch(), incarnation(), nowNanos, wall, out);
    } else {
      progress(nowNanos, wall, out);
    }
  }

  /** The producer is gone: what it had under way may or may not arrive. */
  void onWriterLost(long nowNanos, List<Action> out) {
    switch (phase) {
      case Phase.Taking taking -> take(taking.epoch().grant(), taking.sinceNanos(), out);
      case Phase.Serving serving -> {
        if (!desk.idle()) {
          take(serving.epoch().grant(), nowNanos, out);
        }
      }
      case Phase.Releasing releasing -> take(releasing.epoch().grant(), nowNanos, out);
      case Phase.Following _, Phase.Fencing _, Phase.Waits _ -> {}
    }
  }

  /** This incarnation has been fenced. */
  void onFenced(List<Action> out) {
    phase = new Phase.Following();
    desk.abandon(out);
  }

  /**
   * Time passes.
   *
   * @param now what time it may be by the wall clock
   * @param hurried whether the node still reads logs of other slots
   */
  void onTick(long nowNanos, Instant wall, WallClock.Span now, boolean hurried, List<Action> out) {
    fold.onTick(nowNanos, now.earliest());
    answerStale(nowNanos, wall, out);
    desk.expire(nowNanos, serving(), incarnation(), wall, out);
    progress(nowNanos, wall, out);
    if (phase instanceof Phase.Serving serving) {
      requests.look(nowNanos);
      timesUp(serving.epoch(), nowNanos, now, hurried, out);
      if (nowNanos - nextEndingNanos >= 0) {
        finishEnding(nowNanos, out);
      }
      if (checks.isDue(nowNanos) && fold.quarantined().isEmpty()) {
        out.add(
            new Action.Append(
                slot, new SlotEntry.Checked(serving.epoch(), incarnation(), checks.sample())));
      }
    } else {
      requests.reset();
      times.close();
    }
  }

  /** The owner alone decides that a time is over, and only through the log. */
  private void timesUp(
      Epoch epoch, long nowNanos, WallClock.Span now, boolean hurried, List<Action> out) {
    SlotTimes.Come come = times.tick(nowNanos, now, hurried);
    if (!come.sessions().isEmpty()) {
      out.add(new Action.Due(slot, come.sessions()));
    }
    come.endMarks().forEach(session -> desk.forget(session, epoch, incarnation(), nowNanos, out));
  }

  /** Whether times are over, or are still to be sorted, that did not fit into the last tick. */
  boolean isBehind() {
    return times.isBehind();
  }

  private Optional<Epoch> serving() {
    return phase instanceof Phase.Serving serving ? Optional.of(serving.epoch()) : Optional.empty();
  }

  private Incarnation incarnation() {
    return shared.lease().incarnation();
  }

  /** Whether the slot can be forgotten: nothing is asked of it and nothing is under way. */
  boolean removable() {
    return duty instanceof Duty.None && phase instanceof Phase.Following && desk.isEmpty();
  }

  Duty duty() {
    return duty;
  }

  /** The newest epoch that was asked for. */
  Epoch tried() {
    return tried;
  }

  Phase phase() {
    return phase;
  }

  /** How many requests come for the slot while it is served here; 0 otherwise. */
  long milliRequestsPerSecond() {
    return serving().isPresent() ? requests.milliPerSecond() : 0;
  }

  SlotFold fold() {
    return fold;
  }

  /**
   * Whether the log's end has been reached, and so lately that nothing can be missing, by a copy
   * that has not been found to be wrong.
   */
  boolean caughtUp() {
    return caughtUp && fresh && !takenOut;
  }

  SlotId slot() {
    return slot;
  }
}
