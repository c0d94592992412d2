package dev.kintsugi.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Messages from any thread, handled one at a time and in the order in which they came, each after
 * the effects of those before it: whoever finds nobody at it handles what is there. What comes
 * before {@link #open} waits for it. What a handler throws ends its turn and nothing else. Never
 * blocks. Thread-safe.
 */
final class Mailbox<M> {

  private final Consumer<M> handler;
  private final Consumer<Throwable> broken;
  private final Queue<M> messages = new ConcurrentLinkedQueue<>();

  /** Messages and turns that are not over yet. The first turn is that of {@link #open}. */
  private final AtomicInteger unfinished = new AtomicInteger(1);

  /**
   * A closed one.
   *
   * @param handler should not throw; it may put in more
   * @param broken told, in the same turn, what the handler or the first turn threw. What it throws
   *     itself is lost
   */
  Mailbox(Consumer<M> handler, Consumer<Throwable> broken) {
    this.handler = handler;
    this.broken = broken;
  }

  /** Takes the first turn, and handles what came before it was over. To be called once. */
  void open(Runnable first) {
    turn(first);
    drain();
  }

  /** Handles the message now, or leaves it to whoever is at it. */
  void put(M message) {
    messages.add(message);
    if (unfinished.getAndIncrement() == 0) {
      turn(this::next);
      drain();
    }
  }

  /** Gives back the turn taken before, and takes one more for each message that came meanwhile. */
  private void drain() {
    while (unfinished.decrementAndGet() > 0) {
      turn(this::next);
    }
  }

  private void next() {
    handler.accept(messages.remove());
  }

  /** Comes back in any case: a turn that is not given back would stop all that come after it. */
  private void turn(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException | Error bug) {
      try {
        broken.accept(bug);
      } catch (RuntimeException | Error another) {
        bug.addSuppressed(another);
      }
    }
  }
}
