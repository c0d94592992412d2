package dev.kintsugi.node.runtime;

import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Request;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound on the contents that requests without an answer hold: whoever waits for a slot that moves
 * holds what it wants to write, and no count of requests bounds that. Requests that hold no
 * content, such as reads and ends, are never kept out. Thread-safe.
 */
final class Unanswered {

  private static final long SMALLEST = 32 * 1024 * 1024;
  private static final int SHARE_OF_HEAP = 16;

  private final long most;
  private final AtomicLong held = new AtomicLong();

  /**
   * Nothing is held yet.
   *
   * @param most about bytes of heap that the contents of all requests may take at a time
   */
  Unanswered(long most) {
    this.most = most;
  }

  /** A sixteenth of the heap, 32 MiB at least. */
  static Unanswered ofHeap() {
    return new Unanswered(Math.max(SMALLEST, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
  }

  /** About how much heap the content of a request takes, in bytes; linear in its attributes. */
  static long size(Request request) {
    return request instanceof Request.Write write ? size(write.change()) : 0;
  }

  private static long size(Change change) {
    return switch (change) {
      case Change.Put(var content) -> content.memoryBytes();
      case Change.Create create -> create.content().memoryBytes();
      case Change.Merge merge -> {
        long size = 0;
        for (Map.Entry<String, String> patch : merge.patches().entrySet()) {
          size += 2L * (patch.getKey().length() + patch.getValue().length());
        }
        yield size;
      }
      case Change.End _, Change.Advance _, Change.Touch _ -> 0;
    };
  }

  /** Whether there is room for that much; if so it is taken, and {@link #leave} must follow. */
  boolean enter(long size) {
    long before = held.get();
    while (size == 0 || before + size <= most) {
      if (held.compareAndSet(before, before + size)) {
        return true;
      }
      before = held.get();
    }
    return false;
  }

  /** How much is taken now. */
  long held() {
    return held.get();
  }

  /** Gives back what was taken. */
  void leave(long size) {
    held.addAndGet(-size);
  }
}
