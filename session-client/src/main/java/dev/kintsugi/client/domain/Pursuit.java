package dev.kintsugi.client.domain;

import dev.kintsugi.core.MapVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One request on its way to the owner of its slot; one that says what its caller has seen may go to
 * a standby as well. Before every attempt it knocks at the {@link Door}.
 *
 * <pre>
 *           owner known                    final answer
 *   New ────────────────► Trying ───────────────────────────► Done
 *    │                    │  ▲  │ newer map, other target:       ▲
 *    │ no owner           │  │  └─ abandon, send there at once   │
 *    ▼                    ▼  │                                   │
 *  Parked ◄── 421, 503, 504, │ newer map, or the pause is over   │
 *    │  ▲     lost, silent ──┘                                   │
 *    │  │ refused, lost, silent                                  │
 *    │ Standby ◄── in place of the first parking ── answer ──────┤
 *    └────────── park limit or deadline: give up ────────────────┘
 * </pre>
 *
 * Between "send" and Trying lies Queued, where all places at the node are taken. Where the door is
 * barred or the retry budget spent, it parks as if the owner had failed.
 *
 * <p>A standby is asked once, instead of waiting, and only for a request that may be answered by
 * one; before the owner, if the map calls that one suspect. A 421 that names the owner by a newer
 * map is followed at once, but only one until a map itself arrives; after that it parks.
 *
 * <p>At most one attempt is under way; an abandoned one may still arrive, and counts as of unknown
 * fate. Time is in nanoseconds of one ticker, compared by subtraction. Not thread-safe.
 */
public final class Pursuit {

  /** What happened outside. */
  public sealed interface Event {
    /** A map was read. Older ones are ignored. */
    record MapRead(Route route) implements Event {}

    /** An attempt ended. Those of abandoned attempts are ignored. */
    record Replied(int attempt, Reply reply) implements Event {}

    /**
     * An attempt ended in 421, and the node named the owner by its map. As {@link Replied} with
     * {@link Reply#NOT_OWNER} where that map is not newer than the one used.
     */
    record Redirected(int attempt, Target owner, MapVersion version) implements Event {}

    /** A place at the node waited for is free, and kept for this request. */
    record Turn() implements Event {}

    /** Time passed. */
    record Tick() implements Event {}

    /** Nobody waits for the answer any more. */
    record Dropped() implements Event {}
  }

  /** What is to be done outside, in this order. */
  public sealed interface Action {
    /** Send the request; attempts are numbered from 1. */
    record Send(int attempt, Target target) implements Action {}

    /** Stop waiting for an attempt and close its connection. */
    record Abandon(int attempt, Trouble trouble) implements Action {}

    /** No attempt is under way now. For metrics. */
    record Park(Trouble trouble) implements Action {}

    /** The caller gets the answer of that attempt. */
    record PassOn(int attempt, long parkedNanos) implements Action {}

    /** The caller gets a problem. */
    record GiveUp(Outcome outcome, Trouble trouble, int attempts, long parkedNanos)
        implements Action {}
  }

  /**
   * The actions to perform, and when to deliver a {@link Event.Tick} at the latest.
   *
   * @param wakeAtNanos meaningless once {@code done}
   */
  public record Step(List<Action> actions, boolean done, long wakeAtNanos) {}

  private final Limits limits;
  private final boolean safe;
  private final RandomGenerator random;
  private final Door door;
  private final Trail trail = new Trail();
  private final long startNanos;
  private final long deadlineNanos;
  private final List<Action> actions = new ArrayList<>();

  private Route route;
  private Phase phase = new Phase.New();
  private int attempts;
  private int failuresInRow;
  private boolean doubt;
  private boolean hopped;
  private boolean mayAskStandby;
  private long parkedNanos;

  /**
   * A pursuit that starts now; {@link #start} gives its first step.
   *
   * @param safe whether the request changes nothing
   * @param mayAskStandby whether a standby may answer it: safe ones only
   * @param random for the spread of pauses
   * @param door of this request alone
   */
  public Pursuit(
      Limits limits,
      boolean safe,
      boolean mayAskStandby,
      Route route,
      RandomGenerator random,
      Door door,
      long nowNanos) {
    if (mayAskStandby && !safe) {
      throw new IllegalArgumentException("a standby answers no request that changes something");
    }
    this.limits = limits;
    this.mayAskStandby = mayAskStandby;
    this.safe = safe;
    this.route = route;
    this.random = random;
    this.door = door;
    this.startNanos = nowNanos;
    this.deadlineNanos = nowNanos + limits.deadline().toNanos();
  }

  /**
   * Sends the first attempt, or parks; does nothing if the pursuit was dropped before.
   *
   * @throws IllegalStateException if it was started before
   */
  public Step start() {
    switch (phase) {
      case Phase.New() -> trySend(startNanos, Trouble.NO_OWNER);
      case Phase.Queued queued -> throw started(queued);
      case Phase.Trying trying -> throw started(trying);
      case Phase.Standby standby -> throw started(standby);
      case Phase.Parked parked -> throw started(parked);
      case Phase.Done() -> {}
    }
    return step();
  }

  private static IllegalStateException started(Phase phase) {
    return new IllegalStateException("started already: " + phase);
  }

  public Step on(Event event, long nowNanos) {
    switch (phase) {
      case Phase.New() -> whileNew(event);
      case Phase.Queued queued -> whileQueued(queued, event, nowNanos);
      case Phase.Trying trying -> whileTrying(trying, event, nowNanos);
      case Phase.Standby standby -> whileAtStandby(standby, event, nowNanos);
      case Phase.Parked parked -> whileParked(parked, event, nowNanos);
      case Phase.Done() -> {}
    }
    return step();
  }

  private void whileNew(Event event) {
    switch (event) {
      case Event.MapRead(Route read) -> adopt(read);
      case Event.Replied none -> {}
      case Event.Redirected none -> {}
      case Event.Turn none -> {}
      case Event.Tick() -> {}
      case Event.Dropped() -> phase = new Phase.Done();
    }
  }

  private void whileQueued(Phase.Queued queued, Event event, long now) {
    switch (event) {
      case Event.Turn() -> {
        if (now - parkedUntil(queued.sinceNanos()) >= 0) {
          giveUp(queued, now);
        } else {
          parkedNanos += now - queued.sinceNanos();
          enter(queued.target(), now);
        }
      }
      case Event.MapRead(Route read) -> {
        if (adopt(read) && isElsewhere(queued.target())) {
          parkedNanos += now - queued.sinceNanos();
          door.leave(Door.Ending.LEFT, now);
          trySend(now, Trouble.MOVED);
        }
      }
      case Event.Tick() -> {
        if (now - parkedUntil(queued.sinceNanos()) >= 0) {
          giveUp(queued, now);
        }
      }
      case Event.Dropped() -> {
        door.leave(Door.Ending.LEFT, now);
        phase = new Phase.Done();
      }
      case Event.Replied abandoned -> {}
      case Event.Redirected abandoned -> {}
    }
  }

  private void giveUp(Phase.Queued queued, long now) {
    parkedNanos += now - queued.sinceNanos();
    door.leave(Door.Ending.LEFT, now);
    giveUp(Trouble.CROWDED);
  }

  private void whileTrying(Phase.Trying trying, Event event, long now) {
    switch (event) {
      case Event.Replied(int attempt, Reply reply) -> {
        if (attempt == attempts) {
          onReply(trying, reply, now);
        }
      }
      case Event.Redirected(int attempt, Target owner, MapVersion version) -> {
        if (attempt == attempts) {
          onRedirect(trying, owner, version, now);
        }
      }
      case Event.MapRead(Route read) -> {
        if (adopt(read) && isElsewhere(trying.target())) {
          onMove(now);
        }
      }
      case Event.Tick() -> {
        if (now - trying.untilNanos() >= 0) {
          abandon(Trouble.SILENT, silence(now - trying.sinceNanos()), now);
          holdOn(new Phase.Parking(Optional.of(trying.target()), Trouble.SILENT), now);
        }
      }
      case Event.Dropped() -> {
        abandon(Trouble.DROPPED, now);
        phase = new Phase.Done();
      }
      case Event.Turn late -> {}
    }
  }

  /** One hop, to whom a newer map than ours names; then that map itself must come. */
  private void onRedirect(Phase.Trying trying, Target owner, MapVersion version, long now) {
    if (hopped || owner.equals(trying.target()) || !version.newerThan(route.version())) {
      onReply(trying, Reply.NOT_OWNER, now);
      return;
    }
    door.leave(Reply.NOT_OWNER.ending(), now);
    trail.ended(Reply.NOT_OWNER);
    failuresInRow = 0;
    route = route.named(owner, version);
    hopped = true;
    trySend(now, Trouble.NOT_OWNER);
  }

  private void onReply(Phase.Trying trying, Reply reply, long now) {
    door.leave(reply.ending(), now);
    trail.ended(reply);
    doubt |= reply.leavesDoubt();
    switch (reply) {
      case FINAL -> {
        actions.add(new Action.PassOn(attempts, parkedNanos));
        phase = new Phase.Done();
      }
      case OVERSIZED -> giveUp(Trouble.OVERSIZED);
      case NOT_OWNER -> holdOn(new Phase.Parking(Optional.empty(), Trouble.NOT_OWNER), now);
      case REFUSED, UNREACHED, UNSENT, UNKNOWN, LOST ->
          holdOn(new Phase.Parking(Optional.of(trying.target()), Trouble.of(reply)), now);
    }
  }

  private void whileAtStandby(Phase.Standby standby, Event event, long now) {
    switch (event) {
      case Event.Replied(int attempt, Reply reply) -> {
        if (attempt == attempts) {
          onStandbyReply(standby, reply, now);
        }
      }
      case Event.Redirected(int attempt, Target owner, MapVersion version) -> {
        if (attempt == attempts) {
          onStandbyReply(standby, Reply.NOT_OWNER, now);
        }
      }
      case Event.MapRead(Route read) -> {
        Optional<Target> asked = standby.instead().map(Phase.Parking::failed).orElse(target());
        if (adopt(read) && target().isPresent() && !target().equals(asked)) {
          onMove(now);
        }
      }
      case Event.Tick() -> {
        if (now - standby.untilNanos() >= 0) {
          abandon(Trouble.SILENT, Door.Ending.LEFT, now);
          insteadOf(standby, now);
        }
      }
      case Event.Dropped() -> {
        abandon(Trouble.DROPPED, now);
        phase = new Phase.Done();
      }
      case Event.Turn late -> {}
    }
  }

  private void onStandbyReply(Phase.Standby standby, Reply reply, long now) {
    door.leave(reply.ending(), now);
    if (reply == Reply.FINAL) {
      actions.add(new Action.PassOn(attempts, parkedNanos));
      phase = new Phase.Done();
    } else {
      insteadOf(standby, now);
    }
  }

  private void insteadOf(Phase.Standby standby, long now) {
    if (standby.instead().isPresent()) {
      waitParked(standby.instead().get(), now);
    } else {
      trySend(now, Trouble.SILENT);
    }
  }

  /** A newer map names another target, or none: where it names none, the attempt goes on. */
  private void onMove(long now) {
    if (route.target().isPresent()) {
      abandon(Trouble.MOVED, now);
      trySend(now, Trouble.MOVED);
    }
  }

  private void whileParked(Phase.Parked parked, Event event, long now) {
    switch (event) {
      case Event.MapRead(Route read) -> {
        boolean newer = adopt(read);
        boolean failedJustNow =
            parked.avoid().isPresent()
                && parked.avoid().equals(target())
                && now - parked.retryAtNanos() < 0;
        boolean worthTrying = newer && !failedJustNow;
        if (overdue(parked, now)) {
          giveUp(parked, now);
        } else if (worthTrying && target().isPresent()) {
          resume(parked, now);
        }
      }
      case Event.Tick() -> {
        if (overdue(parked, now)) {
          giveUp(parked, now);
        } else if (now - parked.retryAtNanos() >= 0 && target().isPresent()) {
          resume(parked, now);
        }
      }
      case Event.Replied abandoned -> {}
      case Event.Redirected abandoned -> {}
      case Event.Turn late -> {}
      case Event.Dropped() -> phase = new Phase.Done();
    }
  }

  private void resume(Phase.Parked parked, long now) {
    parkedNanos += now - parked.sinceNanos();
    trySend(now, parked.trouble());
  }

  /** There is no use in asking the owner just now: asks a standby, once, else parks. */
  private void holdOn(Phase.Parking parking, long now) {
    if (!askStandby(Optional.of(parking), now)) {
      waitParked(parking, now);
    }
  }

  /** Asks the first standby that lets it in, if it may; whether it did. */
  private boolean askStandby(Optional<Phase.Parking> instead, long now) {
    if (!mayAskStandby || now - deadlineNanos >= 0) {
      return false;
    }
    for (Target standby : route.standbys()) {
      if (door.knock(standby, Door.Purpose.STANDBY, deadlineNanos, now) == Door.Admission.ENTER) {
        mayAskStandby = false;
        attempts++;
        long until = earlier(now + limits.standby().toNanos(), deadlineNanos);
        phase = new Phase.Standby(instead, until);
        actions.add(new Action.Send(attempts, standby));
        return true;
      }
    }
    return false;
  }

  private void waitParked(Phase.Parking parking, long now) {
    if (parking.trouble() == Trouble.NO_OWNER) {
      park(now, deadlineNanos, Optional.empty(), Trouble.NO_OWNER);
      return;
    }
    failuresInRow++;
    long pause =
        parking.failed().isPresent()
            ? limits.pauseNanos(failuresInRow, random.nextDouble())
            : limits.notOwnerPauseNanos(failuresInRow);
    park(now, now + pause, parking.failed(), parking.trouble());
  }

  private void park(long now, long retryAt, Optional<Target> avoid, Trouble trouble) {
    if (now - deadlineNanos >= 0 || parkedNanos >= limits.park().toNanos()) {
      giveUp(trouble);
      return;
    }
    trail.waits();
    actions.add(new Action.Park(trouble));
    phase = new Phase.Parked(now, retryAt, avoid, trouble);
  }

  private void trySend(long now, Trouble otherwise) {
    if (now - deadlineNanos >= 0) {
      giveUp(otherwise);
      return;
    }
    if (target().isEmpty()) {
      holdOn(new Phase.Parking(Optional.empty(), Trouble.NO_OWNER), now);
      return;
    }
    if (!route.inDoubt() || !askStandby(Optional.empty(), now)) {
      enter(target().get(), now);
    }
  }

  private void enter(Target target, long now) {
    Door.Purpose purpose = trail.purpose(target, route.version());
    switch (door.knock(target, purpose, deadlineNanos, now)) {
      case ENTER -> send(target, now);
      case QUEUE -> {
        trail.waits();
        actions.add(new Action.Park(Trouble.CROWDED));
        phase = new Phase.Queued(target, now);
      }
      case FULL -> giveUp(Trouble.CROWDED);
      case BARRED -> holdOn(new Phase.Parking(Optional.of(target), Trouble.BARRED), now);
      case SPENT -> holdOn(new Phase.Parking(Optional.of(target), Trouble.SPENT), now);
    }
  }

  private void send(Target target, long now) {
    attempts++;
    trail.sent(target, route.version());
    long until = earlier(now + limits.attempt().toNanos(), deadlineNanos);
    phase = new Phase.Trying(target, now, until);
    actions.add(new Action.Send(attempts, target));
  }

  /** A call that has hardly any time left learns nothing about a node from its silence. */
  private Door.Ending silence(long lastedNanos) {
    long telling = Math.min(limits.attempt().toNanos(), limits.standby().toNanos());
    return lastedNanos >= telling ? Door.Ending.FAILED : Door.Ending.LEFT;
  }

  private void abandon(Trouble trouble, long now) {
    abandon(trouble, Door.Ending.LEFT, now);
  }

  private void abandon(Trouble trouble, Door.Ending ending, long now) {
    doubt = true;
    trail.broken();
    door.leave(ending, now);
    actions.add(new Action.Abandon(attempts, trouble));
  }

  private void giveUp(Phase.Parked parked, long now) {
    parkedNanos += now - parked.sinceNanos();
    giveUp(parked.trouble());
  }

  private void giveUp(Trouble trouble) {
    Outcome outcome = doubt && !safe ? Outcome.UNKNOWN : Outcome.REFUSED;
    actions.add(new Action.GiveUp(outcome, trouble, attempts, parkedNanos));
    phase = new Phase.Done();
  }

  /** Takes a route over if it is newer; whether it was. */
  private boolean adopt(Route read) {
    boolean confirms = hopped && read.version().equals(route.version());
    if (!read.version().newerThan(route.version()) && !confirms) {
      return false;
    }
    hopped = false;
    if (!read.target().equals(route.target())) {
      failuresInRow = 0;
    }
    route = read;
    return true;
  }

  private Optional<Target> target() {
    return route.target();
  }

  private boolean isElsewhere(Target asked) {
    return !target().equals(Optional.of(asked));
  }

  private boolean overdue(Phase.Parked parked, long now) {
    return now - parkedUntil(parked.sinceNanos()) >= 0;
  }

  private long parkedUntil(long sinceNanos) {
    return earlier(sinceNanos + (limits.park().toNanos() - parkedNanos), deadlineNanos);
  }

  private Step step() {
    long wakeAt =
        switch (phase) {
          case Phase.Queued queued -> parkedUntil(queued.sinceNanos());
          case Phase.Trying trying -> trying.untilNanos();
          case Phase.Standby standby -> standby.untilNanos();
          case Phase.Parked parked -> wakeAt(parked);
          case Phase.New() -> startNanos;
          case Phase.Done() -> deadlineNanos;
        };
    Step step = new Step(List.copyOf(actions), phase instanceof Phase.Done, wakeAt);
    actions.clear();
    return step;
  }

  /** Without an owner only a newer map helps, so that the pause's end is no reason to wake. */
  private long wakeAt(Phase.Parked parked) {
    long until = parkedUntil(parked.sinceNanos());
    return target().isPresent() ? earlier(parked.retryAtNanos(), until) : until;
  }

  private static long earlier(long left, long right) {
    return left - right <= 0 ? left : right;
  }
}
