package dev.kintsugi.node.runtime;

import dev.kintsugi.node.domain.SlotEntry;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A bound on what was read from the slot logs and has not been applied yet: a reader that is ahead
 * waits, so that catching up never takes more memory than this, however long the logs are.
 * Thread-safe.
 */
final class Backlog {

  private static final int RECORD = 512;
  private static final long PAUSE_MILLIS = 100;

  private final int most;
  private final Semaphore free;

  /**
   * An empty one.
   *
   * @param most the size of all that may wait at a time, about bytes of heap
   */
  Backlog(int most) {
    this.most = most;
    this.free = new Semaphore(most);
  }

  /** About how much memory some records take; more than all there is counts as all there is. */
  int size(List<NodeLog.Read> entries) {
    long size = 0;
    for (NodeLog.Read read : entries) {
      size += RECORD;
      if (read.entry() instanceof SlotEntry.Written written && written.shard().isPresent()) {
        size += written.shard().get().content().memoryBytes();
      }
    }
    return (int) Math.min(most, size);
  }

  /**
   * Waits until there is room for that much, and takes it.
   *
   * @param givenUp asked from time to time whether to wait no longer
   * @return whether it was taken; if so, {@link #leave} must follow
   */
  boolean enter(int size, BooleanSupplier givenUp) throws InterruptedException {
    while (!givenUp.getAsBoolean()) {
      if (free.tryAcquire(size, PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
        return true;
      }
    }
    return false;
  }

  /** Gives back what was taken. */
  void leave(int size) {
    free.release(size);
  }
}
