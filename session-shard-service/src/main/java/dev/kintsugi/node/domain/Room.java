package dev.kintsugi.node.domain;

/**
 * Whether a node's memory has room for more, by what its copies weigh. Not thread-safe.
 *
 * <p>A node that is nearly full takes no new sessions; one that is full takes no write that makes a
 * shard larger either. What is there is read, changed and ended all the same. Copies of slots that
 * others own grow with their owners, which mind their own room.
 */
final class Room {

  private final long limit;
  private boolean nearlyFull;
  private boolean full;
  private long bytes;

  /**
   * Room up to a limit.
   *
   * @param limit in bytes, from which on the node is nearly full; full is an eighth more
   */
  Room(long limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a limit must be 1 byte or more, got " + limit);
    }
    this.limit = limit;
  }

  /** The copies weigh so much now; either state is left an eighth of the limit below its mark. */
  void weigh(long bytes) {
    this.bytes = bytes;
    long step = limit / 8;
    nearlyFull = nearlyFull ? bytes > limit - step : bytes >= limit;
    full = full ? bytes > limit : bytes - limit >= step && step > 0;
  }

  /** What the copies weighed last. */
  long bytes() {
    return bytes;
  }

  long limit() {
    return limit;
  }

  boolean nearlyFull() {
    return nearlyFull;
  }

  boolean full() {
    return full;
  }
}
