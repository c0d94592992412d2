package dev.kintsugi.node.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What waits for the one thread that works it off: bounded, in order of arrival. Once closed it
 * takes nothing more, and what it took before has been taken out or is given back: nothing is left
 * lying. Thread-safe.
 */
final class Inbox<E> {
  /*
   * Whoever has put something in looks once more whether the inbox was closed meanwhile, and then
   * takes it out again, unless somebody else has it already. So either the one who closes finds it
   * or the one who put it in does, and never both.
   *
   * Where processors are short, whoever wakes another is put aside for it, and would be again by its
   * next event. So the one who was woken lets those go on first that were put aside: more is there
   * when it comes to work. Where processors are free that costs nothing.
   */

  private static final long PAUSE_MILLIS = 100;

  private final BlockingQueue<E> waiting;
  private volatile boolean closed;

  /**
   * An empty one.
   *
   * @param most how many may wait
   */
  Inbox(int most) {
    this.waiting = new ArrayBlockingQueue<>(most);
  }

  /** Takes an event and says so; false if full or closed. Never blocks. */
  boolean offer(E event) {
    return !closed && waiting.offer(event) && !isTakenBack(event);
  }

  /** Waits for room and takes an event; false if closed. */
  boolean put(E event) throws InterruptedException {
    while (!closed) {
      if (waiting.offer(event, PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        return !isTakenBack(event);
      }
    }
    return false;
  }

  private boolean isTakenBack(E event) {
    return closed && waiting.remove(event);
  }

  /**
   * Takes events out, in order. To be called by one thread.
   *
   * @param most how many at most
   * @param patienceNanos how long to wait for the first
   */
  @SuppressWarnings("ThreadPriorityCheck") // only speed rests on it, see above
  void take(List<E> into, int most, long patienceNanos) throws InterruptedException {
    E first = waiting.poll();
    if (first == null) {
      first = waiting.poll(patienceNanos, TimeUnit.NANOSECONDS);
      Thread.yield();
    }
    if (first != null) {
      into.add(first);
      waiting.drainTo(into, most - 1);
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Takes nothing more from now on, and gives back what nobody has taken out. */
  List<E> close() {
    closed = true;
    List<E> left = new ArrayList<>();
    waiting.drainTo(left);
    return left;
  }
}
