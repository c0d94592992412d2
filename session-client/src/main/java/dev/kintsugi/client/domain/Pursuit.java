package dev.kintsugi.client.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One request on its way to the owner of its slot; one that says what its caller has seen may go to
 * a standby as well.
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
 * A standby is asked once, instead of waiting, and only for a request that may be answered by one.
 * At most one attempt is under way; an abandoned one may still arrive, and counts as of unknown
 * fate. Time is in nanoseconds of one ticker, compared by subtraction. Not thread-safe.
 */
public final class Pursuit {

  /** What happened outside. */
  public sealed interface Event {
    /** A map was read. Older ones are ignored. */
    record MapRead(Route route) implements Event {}

    /** An attempt ended. Those of abandoned attempts are ignored. */
    record Replied(int attempt, Reply reply) implements Event {}

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

  private sealed interface State {
    /** Before {@link #start}: newer maps are taken over, nothing is sent. */
    record New() implements State {}

    record Trying(Target target, long untilNanos) implements State {}

    /**
     * Asking a standby.
     *
     * @param instead what happens if it does not answer
     */
    record Standby(Parking instead, long untilNanos) implements State {}

    /**
     * @param avoid the target that just failed, worth another try only after the pause; empty if
     *     any newer map is a reason to try at once
     */
    record Parked(long sinceNanos, long retryAtNanos, Optional<Target> avoid, Trouble trouble)
        implements State {}

    record Done() implements State {}
  }

  /**
   * Why there is no use in asking the owner just now.
   *
   * @param failed the owner that failed; empty if any newer map is a reason to try at once
   */
  private record Parking(Optional<Target> failed, Trouble trouble) {}

  private final Limits limits;
  private final boolean safe;
  private final RandomGenerator random;
  private final long startNanos;
  private final long deadlineNanos;
  private final List<Action> actions = new ArrayList<>();

  private Route route;
  private State state = new State.New();
  private int attempts;
  private int failuresInRow;
  private boolean doubt;
  private boolean mayAskStandby;
  private long parkedNanos;

  /**
   * A pursuit that starts now; {@link #start} gives its first step.
   *
   * @param safe whether the request changes nothing
   * @param mayAskStandby whether a standby may answer it: safe ones only
   * @param random for the spread of pauses
   */
  public Pursuit(
      Limits limits,
      boolean safe,
      boolean mayAskStandby,
      Route route,
      RandomGenerator random,
      long nowNanos) {
    if (mayAskStandby && !safe) {
      throw new IllegalArgumentException("a standby answers no request that changes something");
    }
    this.limits = limits;
    this.mayAskStandby = mayAskStandby;
    this.safe = safe;
    this.route = route;
    this.random = random;
    this.startNanos = nowNanos;
    this.deadlineNanos = nowNanos + limits.deadline().toNanos();
  }

  /**
   * Sends the first attempt, or parks; does nothing if the pursuit was dropped before.
   *
   * @throws IllegalStateException if it was started before
   */
  public Step start() {
    switch (state) {
      case State.New() -> trySend(startNanos, Trouble.NO_OWNER);
      case State.Trying trying -> throw new IllegalStateException("started already: " + trying);
      case State.Standby standby -> throw new IllegalStateException("started already: " + standby);
      case State.Parked parked -> throw new IllegalStateException("started already: " + parked);
      case State.Done() -> {}
    }
    return step();
  }

  public Step on(Event event, long nowNanos) {
    switch (state) {
      case State.New() -> whileNew(event);
      case State.Trying trying -> whileTrying(trying, event, nowNanos);
      case State.Standby standby -> whileAtStandby(standby, event, nowNanos);
      case State.Parked parked -> whileParked(parked, event, nowNanos);
      case State.Done() -> {}
    }
    return step();
  }

  private void whileNew(Event event) {
    switch (event) {
      case Event.MapRead(Route read) -> adopt(read);
      case Event.Replied(int none, Reply reply) -> {}
      case Event.Tick() -> {}
      case Event.Dropped() -> state = new State.Done();
    }
  }

  private void whileTrying(State.Trying trying, Event event, long now) {
    switch (event) {
      case Event.Replied(int attempt, Reply reply) -> {
        if (attempt == attempts) {
          onReply(trying, reply, now);
        }
      }
      case Event.MapRead(Route read) -> {
        if (adopt(read) && route.target().filter(trying.target()::equals).isEmpty()) {
          onMove(now);
        }
      }
      case Event.Tick() -> {
        if (now - trying.untilNanos() >= 0) {
          abandon(Trouble.SILENT);
          holdOn(new Parking(Optional.of(trying.target()), Trouble.SILENT), now);
        }
      }
      case Event.Dropped() -> {
        abandon(Trouble.DROPPED);
        state = new State.Done();
      }
    }
  }

  private void onReply(State.Trying trying, Reply reply, long now) {
    doubt |= reply.leavesDoubt();
    switch (reply) {
      case FINAL -> {
        actions.add(new Action.PassOn(attempts, parkedNanos));
        state = new State.Done();
      }
      case OVERSIZED -> giveUp(Trouble.OVERSIZED);
      case NOT_OWNER -> holdOn(new Parking(Optional.empty(), Trouble.NOT_OWNER), now);
      case REFUSED, UNREACHED, UNKNOWN, LOST ->
          holdOn(new Parking(Optional.of(trying.target()), Trouble.of(reply)), now);
    }
  }

  private void whileAtStandby(State.Standby standby, Event event, long now) {
    Parking instead = standby.instead();
    switch (event) {
      case Event.Replied(int attempt, Reply reply) -> {
        if (attempt != attempts) {
          return;
        }
        if (reply == Reply.FINAL) {
          actions.add(new Action.PassOn(attempts, parkedNanos));
          state = new State.Done();
        } else {
          waitParked(instead, now);
        }
      }
      case Event.MapRead(Route read) -> {
        if (adopt(read) && target().isPresent() && !target().equals(instead.failed())) {
          onMove(now);
        }
      }
      case Event.Tick() -> {
        if (now - standby.untilNanos() >= 0) {
          abandon(Trouble.SILENT);
          waitParked(instead, now);
        }
      }
      case Event.Dropped() -> {
        abandon(Trouble.DROPPED);
        state = new State.Done();
      }
    }
  }

  /** A newer map names another target, or none: where it names none, the attempt goes on. */
  private void onMove(long now) {
    if (route.target().isPresent()) {
      abandon(Trouble.MOVED);
      trySend(now, Trouble.MOVED);
    }
  }

  private void whileParked(State.Parked parked, Event event, long now) {
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
      case Event.Replied(int abandoned, Reply late) -> {}
      case Event.Dropped() -> state = new State.Done();
    }
  }

  private void resume(State.Parked parked, long now) {
    parkedNanos += now - parked.sinceNanos();
    trySend(now, parked.trouble());
  }

  /** There is no use in asking the owner just now: asks a standby, once, else parks. */
  private void holdOn(Parking parking, long now) {
    boolean standby = mayAskStandby && !route.standbys().isEmpty() && now - deadlineNanos < 0;
    if (standby) {
      mayAskStandby = false;
      attempts++;
      long until = earlier(now + limits.standby().toNanos(), deadlineNanos);
      state = new State.Standby(parking, until);
      actions.add(new Action.Send(attempts, route.standbys().getFirst()));
    } else {
      waitParked(parking, now);
    }
  }

  private void waitParked(Parking parking, long now) {
    if (parking.trouble() == Trouble.NO_OWNER) {
      park(now, deadlineNanos, Optional.empty(), Trouble.NO_OWNER);
      return;
    }
    failuresInRow++;
    long pause =
        parking.failed().isPresent()
            ? limits.pauseNanos(failuresInRow, random.nextDouble())
            : limits.notOwnerPause().toNanos();
    park(now, now + pause, parking.failed(), parking.trouble());
  }

  private void park(long now, long retryAt, Optional<Target> avoid, Trouble trouble) {
    if (now - deadlineNanos >= 0 || parkedNanos >= limits.park().toNanos()) {
      giveUp(trouble);
      return;
    }
    actions.add(new Action.Park(trouble));
    state = new State.Parked(now, retryAt, avoid, trouble);
  }

  private void trySend(long now, Trouble otherwise) {
    if (now - deadlineNanos >= 0) {
      giveUp(otherwise);
      return;
    }
    if (target().isEmpty()) {
      holdOn(new Parking(Optional.empty(), Trouble.NO_OWNER), now);
      return;
    }
    attempts++;
    long until = earlier(now + limits.attempt().toNanos(), deadlineNanos);
    state = new State.Trying(target().get(), until);
    actions.add(new Action.Send(attempts, target().get()));
  }

  private void abandon(Trouble trouble) {
    doubt = true;
    actions.add(new Action.Abandon(attempts, trouble));
  }

  private void giveUp(State.Parked parked, long now) {
    parkedNanos += now - parked.sinceNanos();
    giveUp(parked.trouble());
  }

  private void giveUp(Trouble trouble) {
    Outcome outcome = doubt && !safe ? Outcome.UNKNOWN : Outcome.REFUSED;
    actions.add(new Action.GiveUp(outcome, trouble, attempts, parkedNanos));
    state = new State.Done();
  }

  /** Takes a route over if it is newer; whether it was. */
  private boolean adopt(Route read) {
    if (!read.version().newerThan(route.version())) {
      return false;
    }
    if (!read.target().equals(route.target())) {
      failuresInRow = 0;
    }
    route = read;
    return true;
  }

  private Optional<Target> target() {
    return route.target();
  }

  private boolean overdue(State.Parked parked, long now) {
    return now - parkedUntil(parked) >= 0;
  }

  private long parkedUntil(State.Parked parked) {
    return earlier(parked.sinceNanos() + (limits.park().toNanos() - parkedNanos), deadlineNanos);
  }

  private Step step() {
    long wakeAt =
        switch (state) {
          case State.Trying trying -> trying.untilNanos();
          case State.Standby standby -> standby.untilNanos();
          case State.Parked parked -> wakeAt(parked);
          case State.New() -> startNanos;
          case State.Done() -> deadlineNanos;
        };
    Step step = new Step(List.copyOf(actions), state instanceof State.Done, wakeAt);
    actions.clear();
    return step;
  }

  /** Without an owner only a newer map helps, so that the pause's end is no reason to wake. */
  private long wakeAt(State.Parked parked) {
    long until = parkedUntil(parked);
    return target().isPresent() ? earlier(parked.retryAtNanos(), until) : until;
  }

  private static long earlier(long left, long right) {
    return left - right <= 0 ? left : right;
  }
}
