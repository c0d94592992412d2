package dev.kintsugi.node.adapter.kafka;

import java.util.HashMap;
import java.util.Map;

/**
 * The lease partitions of other nodes that are read until the fences appended there have come back.
 * Thread-safe.
 */
final class FenceVisits {
  /*
   * The reader is told under the lock, so that it hears "follow" and "unfollow" in the order in
   * which they were decided: a visit that begins as another one ends is not ended with it.
   */

  /** Who reads the partitions. Must not block. */
  interface Reader {
    /** Reads a partition from an offset on. */
    void follow(int partition, long offset);

    void unfollow(int partition);
  }

  private final Reader reader;

  /** The last fence of each partition that is visited. */
  private final Map<Integer, Long> lastFences = new HashMap<>();

  FenceVisits(Reader reader) {
    this.reader = reader;
  }

  /** A fence was appended: the partition is read until it has come back. */
  synchronized void begin(int partition, long fence) {
    Long before = lastFences.get(partition);
    lastFences.merge(partition, fence, Math::max);
    if (before == null) {
      reader.follow(partition, fence);
    }
  }

  /** Everything up to an offset was read, itself included. */
  synchronized void onRead(int partition, long offset) {
    Long last = lastFences.get(partition);
    if (last != null && offset >= last) {
      lastFences.remove(partition);
      reader.unfollow(partition);
    }
  }

  /** The reader has lost its position and reads the partition no longer. */
  synchronized void onLost(int partition) {
    lastFences.remove(partition);
  }
}
