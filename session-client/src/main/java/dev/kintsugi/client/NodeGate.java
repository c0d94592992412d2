package dev.kintsugi.client;

import dev.kintsugi.client.domain.Anteroom;
import dev.kintsugi.client.domain.Door;
import dev.kintsugi.client.domain.Door.Admission;
import dev.kintsugi.client.domain.Door.Purpose;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What stands before one life of one node: a breaker, and the places for ordinary calls and for
 * long polls. Thread-safe; never blocks for long, calls nobody while it holds its lock.
 */
final class NodeGate {
  /*
   * A long poll holds its place for seconds, and with it a probe of a half-open breaker would be
   * held: it asks the breaker, but gives the permission back at once. What becomes of it counts
   * all the same.
   *
   * One answer closes a half-open breaker: it proves that the node is there. To wait for the other
   * probes would bar a node that is well for as long as one of them is parked there.
   */

  /** What became of a knock. */
  record Knock(Admission admission, Anteroom.@Nullable Ticket<Visit> ticket) {}

  private static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1;

    NoAnswer() {
      super("the node did not answer", null, false, false);
    }
  }

  private final CircuitBreaker breaker;
  private final Anteroom<Visit> ordinary;
  private final Anteroom<Visit> lasting;

  NodeGate(
      CircuitBreaker breaker,
      Bulkhead ordinary,
      Bulkhead lasting,
      Anteroom.Sizes sizes,
      long nowNanos) {
    this.breaker = breaker;
    this.ordinary = new Anteroom<>(places(ordinary), sizes, nowNanos);
    this.lasting = new Anteroom<>(places(lasting), sizes, nowNanos);
  }

  private static Anteroom.Places places(Bulkhead bulkhead) {
    return new Anteroom.Places() {
      @Override
      public boolean take() {
        return bulkhead.tryAcquirePermission();
      }

      @Override
      public void giveBack() {
        bulkhead.onComplete();
      }
    };
  }

  /**
   * Asks to be let in; {@link Admission#QUEUE} comes with a ticket that waits, {@link
   * Admission#ENTER} with one that is inside.
   *
   * @param waited the ticket whose turn it is, if the visit waited here before
   * @param budget takes a retry from the budget at a time, if one is left
   */
  synchronized Knock knock(
      Visit visit,
      Purpose purpose,
      Anteroom.@Nullable Ticket<Visit> waited,
      LongPredicate budget,
      long deadlineNanos,
      long nowNanos) {
    if (!breaker.tryAcquirePermission()) {
      return new Knock(Admission.BARRED, waited);
    }
    boolean keepsPermission = false;
    try {
      Knock knock = admit(visit, purpose, waited, budget, deadlineNanos, nowNanos);
      keepsPermission = knock.admission() == Admission.ENTER && !visit.isLasting();
      return knock;
    } finally {
      if (!keepsPermission) {
        breaker.releasePermission();
      }
    }
  }

  private Knock admit(
      Visit visit,
      Purpose purpose,
      Anteroom.@Nullable Ticket<Visit> waited,
      LongPredicate budget,
      long deadlineNanos,
      long nowNanos) {
    if (waited != null) {
      // Told too early, by a turn that was meant for a ticket given back since: it waits on.
      return new Knock(waited.isInside() ? Admission.ENTER : Admission.QUEUE, waited);
    }
    Anteroom<Visit> room = roomOf(visit);
    boolean replay = purpose == Purpose.FOLLOW || purpose == Purpose.RETRY;
    if (!room.hasRoom(replay, nowNanos) && (room.isFull() || purpose == Purpose.STANDBY)) {
      return new Knock(Admission.FULL, null);
    }
    if (purpose == Purpose.RETRY && !budget.test(nowNanos)) {
      return new Knock(Admission.SPENT, null);
    }
    Anteroom.Ticket<Visit> ticket = room.come(visit, replay, deadlineNanos, nowNanos);
    return new Knock(ticket.isInside() ? Admission.ENTER : Admission.QUEUE, ticket);
  }

  /**
   * A visit ends.
   *
   * @param entered whether it was let in; if not, it had only waited
   * @return those whose turn it is now
   */
  synchronized List<Anteroom.Ticket<Visit>> leave(
      Anteroom.Ticket<Visit> ticket,
      boolean entered,
      Door.Ending ending,
      long tookNanos,
      long nowNanos) {
    if (entered) {
      tellBreaker(ticket.visitor(), ending, tookNanos);
    }
    return roomOf(ticket.visitor()).leave(ticket, ending, nowNanos);
  }

  private void tellBreaker(Visit visit, Door.Ending ending, long tookNanos) {
    switch (ending) {
      case ANSWERED -> {
        breaker.onSuccess(tookNanos, TimeUnit.NANOSECONDS);
        if (breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
          breaker.transitionToClosedState();
        }
      }
      case FAILED -> breaker.onError(tookNanos, TimeUnit.NANOSECONDS, new NoAnswer());
      case LEFT -> {
        if (!visit.isLasting()) {
          breaker.releasePermission();
        }
      }
    }
  }

  private Anteroom<Visit> roomOf(Visit visit) {
    return visit.isLasting() ? lasting : ordinary;
  }

  /** A long poll was sent and has not broken at once: its replay need not hold others up. */
  synchronized List<Anteroom.Ticket<Visit>> settled(Anteroom.Ticket<Visit> ticket, long nowNanos) {
    return roomOf(ticket.visitor()).settle(ticket, nowNanos);
  }

  synchronized boolean isBarred() {
    return switch (breaker.getState()) {
      case OPEN, FORCED_OPEN, HALF_OPEN -> true;
      case CLOSED, DISABLED, METRICS_ONLY -> false;
    };
  }

  synchronized int waiting() {
    return ordinary.waiting() + lasting.waiting();
  }
}
