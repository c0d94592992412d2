package dev.kintsugi.client.domain;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Who is at a node, and who waits to be: a bounded number of places, of which replays may take only
 * as many as their slow start allows. Those who wait come in the order of their deadlines; nobody
 * who comes later passes one who waits for the same thing. Told the time. Not thread-safe.
 * Logarithmic in the number of those who wait.
 *
 * @param <V> a visitor, compared by identity
 */
public final class Anteroom<V> {

  /** The places, counted by somebody else. */
  public interface Places {
    /** Takes a place if one is free. */
    boolean take();

    void giveBack();
  }

  /**
   * The sizes of an anteroom.
   *
   * @param waiting how many may wait. Too low: a short stall of a node is refused to callers who
   *     would have waited; too high: a node that stands still fills the memory with their bodies
   * @param firstReplays replays that a node gets at once when they begin
   * @param mostReplays and at most
   * @param idle after which replays begin with few again
   */
  public record Sizes(int waiting, int firstReplays, int mostReplays, Duration idle) {}

  /** A claim of one visitor: how it is called when its turn comes, and what it holds. */
  public static final class Ticket<V> {
    private final V visitor;
    private final boolean replay;
    private final Order order;
    private Standing standing = Standing.WAITING;
    private boolean paced;

    private Ticket(V visitor, boolean replay, Order order) {
      this.visitor = visitor;
      this.replay = replay;
      this.order = order;
    }

    public V visitor() {
      return visitor;
    }

    /** Whether it holds a place. */
    public boolean isInside() {
      return standing == Standing.INSIDE;
    }
  }

  private enum Standing {
    WAITING,
    INSIDE,
    GONE
  }

  /** Deadlines are compared by subtraction, which is an order while they lie close together. */
  private record Order(long deadlineNanos, long number) {
    private static final Comparator<Order> EARLIEST =
        (left, right) -> {
          long apart = left.deadlineNanos - right.deadlineNanos;
          return apart != 0 ? Long.signum(apart) : Long.compare(left.number, right.number);
        };
  }

  private final Places places;
  private final Sizes sizes;
  private final SlowStart replays;
  private final TreeMap<Order, Ticket<V>> waitingFirsts = new TreeMap<>(Order.EARLIEST);
  private final TreeMap<Order, Ticket<V>> waitingReplays = new TreeMap<>(Order.EARLIEST);
  private long numbers;

  public Anteroom(Places places, Sizes sizes, long nowNanos) {
    this.places = places;
    this.sizes = sizes;
    this.replays = new SlowStart(sizes.firstReplays(), sizes.mostReplays(), sizes.idle(), nowNanos);
  }

  /** Whether nobody more may wait. */
  public boolean isFull() {
    return waiting() >= sizes.waiting();
  }

  /** Enters where there is room, else begins to wait, which must not be {@link #isFull}. */
  public Ticket<V> come(V visitor, boolean replay, long deadlineNanos, long nowNanos) {
    Ticket<V> ticket = new Ticket<>(visitor, replay, new Order(deadlineNanos, numbers++));
    if (waitingFor(replay).isEmpty() && admit(ticket, nowNanos)) {
      return ticket;
    }
    waitingFor(replay).put(ticket.order, ticket);
    return ticket;
  }

  /** Whether {@link #come} would let a visitor in at once. */
  public boolean hasRoom(boolean replay, long nowNanos) {
    if (!waitingFor(replay).isEmpty() || (replay && !replays.hasRoom(nowNanos))) {
      return false;
    }
    if (!places.take()) {
      return false;
    }
    places.giveBack();
    return true;
  }

  /**
   * Gives back what a ticket holds.
   *
   * @return those whose turn it is now; they are inside
   */
  public List<Ticket<V>> leave(Ticket<V> ticket, Door.Ending ending, long nowNanos) {
    switch (ticket.standing) {
      case WAITING -> waitingFor(ticket.replay).remove(ticket.order);
      case INSIDE -> {
        places.giveBack();
        unpace(ticket, ending, nowNanos);
      }
      case GONE -> {
        return List.of();
      }
    }
    ticket.standing = Standing.GONE;
    return admitted(nowNanos);
  }

  /**
   * A replay inside does not count as one any more; it keeps its place. For visits that last: the
   * slow start is about how they begin.
   *
   * @return those whose turn it is now; they are inside
   */
  public List<Ticket<V>> settle(Ticket<V> ticket, long nowNanos) {
    unpace(ticket, Door.Ending.ANSWERED, nowNanos);
    return admitted(nowNanos);
  }

  private void unpace(Ticket<V> ticket, Door.Ending ending, long nowNanos) {
    if (ticket.paced) {
      ticket.paced = false;
      replays.leave(ending, nowNanos);
    }
  }

  private List<Ticket<V>> admitted(long nowNanos) {
    List<Ticket<V>> turns = new ArrayList<>();
    while (true) {
      Map.Entry<Order, Ticket<V>> first = waitingFirsts.firstEntry();
      Map.Entry<Order, Ticket<V>> replay =
          replays.hasRoom(nowNanos) ? waitingReplays.firstEntry() : null;
      Map.Entry<Order, Ticket<V>> next =
          first == null
                  || (replay != null && Order.EARLIEST.compare(replay.getKey(), first.getKey()) < 0)
              ? replay
              : first;
      if (next == null || !admit(next.getValue(), nowNanos)) {
        return turns;
      }
      waitingFor(next.getValue().replay).remove(next.getKey());
      turns.add(next.getValue());
    }
  }

  private boolean admit(Ticket<V> ticket, long nowNanos) {
    if ((ticket.replay && !replays.hasRoom(nowNanos)) || !places.take()) {
      return false;
    }
    if (ticket.replay) {
      ticket.paced = true;
      replays.enter(nowNanos);
    }
    ticket.standing = Standing.INSIDE;
    return true;
  }

  private NavigableMap<Order, Ticket<V>> waitingFor(boolean replay) {
    return replay ? waitingReplays : waitingFirsts;
  }

  /** How many wait. */
  public int waiting() {
    return waitingFirsts.size() + waitingReplays.size();
  }

  /** How many of those inside are replays. */
  public int replaysInside() {
    return replays.inside();
  }
}
