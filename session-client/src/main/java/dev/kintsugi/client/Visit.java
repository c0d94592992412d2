package dev.kintsugi.client;

import dev.kintsugi.client.domain.Anteroom;
import dev.kintsugi.client.domain.Door;
import dev.kintsugi.client.domain.Target;
import org.jspecify.annotations.Nullable;

/**
 * The door of one call: where it waits or is inside. Used by one thread at a time, which the call's
 * mailbox sees to; only {@link #isLasting} and {@link #turn} may be called by others.
 */
final class Visit implements Door {

  private final Gates gates;
  private final boolean lasting;
  private final Runnable turn;
  private @Nullable NodeGate gate;
  private Anteroom.@Nullable Ticket<Visit> ticket;
  private boolean entered;
  private long enteredNanos;
  private boolean counted;

  /**
   * A visit to nobody.
   *
   * @param lasting whether the call is a long poll
   * @param turn tells the call that a place is kept for it; may come late, or in vain
   */
  Visit(Gates gates, boolean lasting, Runnable turn) {
    this.gates = gates;
    this.lasting = lasting;
    this.turn = turn;
  }

  @Override
  public Admission knock(Target target, Purpose purpose, long deadlineNanos, long nowNanos) {
    if (!counted) {
      counted = true;
      gates.request(nowNanos);
    }
    NodeGate at = gate != null ? gate : gates.at(target);
    NodeGate.Knock knock =
        at.knock(this, purpose, ticket, gates::tryRetry, deadlineNanos, nowNanos);
    ticket = knock.ticket();
    gate = ticket != null ? at : null;
    switch (knock.admission()) {
      case ENTER -> {
        entered = true;
        enteredNanos = nowNanos;
        if (lasting && ticket != null) {
          gates.settleSoon(at, ticket);
        }
      }
      case QUEUE -> {}
      case FULL, BARRED, SPENT -> leave(Ending.LEFT, nowNanos);
    }
    return knock.admission();
  }

  @Override
  public void leave(Ending ending, long nowNanos) {
    if (gate != null && ticket != null) {
      gates.tell(gate.leave(ticket, entered, ending, nowNanos - enteredNanos, nowNanos));
    }
    gate = null;
    ticket = null;
    entered = false;
  }

  boolean isLasting() {
    return lasting;
  }

  void turn() {
    turn.run();
  }
}
