package dev.kintsugi.node.domain;

/**
 * The bytes of all writes under way on a node. Not thread-safe.
 *
 * <p>Too low: writes are refused while Kafka takes a breath. Too high: a Kafka that hangs fills the
 * heap with what waits for it.
 */
final class Budget {

  /** All slots together. */
  static final long OF_NODE = 16L << 20;

  /** One slot, so that a busy one leaves the others some. */
  static final long OF_SLOT = 8L << 20;

  private long taken;

  /** Whether another write may be appended where one slot has {@code ofSlot} bytes under way. */
  boolean admits(long ofSlot, int bytes) {
    return ofSlot + bytes <= OF_SLOT && taken + bytes <= OF_NODE;
  }

  void take(int bytes) {
    taken += bytes;
  }

  void give(int bytes) {
    taken -= bytes;
  }

  long taken() {
    return taken;
  }
}
