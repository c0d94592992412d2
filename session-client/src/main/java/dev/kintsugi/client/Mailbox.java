package dev.kintsugi.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Messages from any thread, handled one at a time and in the order in which they came, each after
 * the effects of those before it: whoever finds nobody at it handles what is there. What comes
 * before {@link #open} waits for it. Never blocks. Thread-safe.
 */
final class Mailbox<M> {

  private final Consumer<M> handler;
  private final Queue<M> messages = new ConcurrentLinkedQueue<>();

  /** Messages and turns that are not over yet. The first turn is that of {@link #open}. */
  private final AtomicInteger unfinished = new AtomicInteger(1);

  /**
   * A closed one.
   *
   * @param handler should not throw; it may put in more
   */
  Mailbox(Consumer<M> handler) {
    this.handler = handler;
  }

  /** Takes the first turn, and handles what came before it was over. To be called once. */
  void open(Runnable first) {
    first.run();
    drain();
  }

  /** Handles the message now, or leaves it to whoever is at it. */
  void put(M message) {
    messages.add(message);
    if (unfinished.getAndIncrement() == 0) {
      handler.accept(messages.remove());
      drain();
    }
  }

  /** Gives back the turn taken before, and takes one more for each message that came meanwhile. */
  private void drain() {
    while (unfinished.decrementAndGet() > 0) {
      handler.accept(messages.remove());
    }
  }
}
