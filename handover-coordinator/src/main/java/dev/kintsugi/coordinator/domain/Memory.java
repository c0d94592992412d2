package dev.kintsugi.coordinator.domain;

/**
 * How much of its memory a node says its copies take.
 *
 * @param bytes what they weigh
 * @param limit what they may weigh before the node takes no new sessions; 0: unknown, taken for
 *     endless
 */
public record Memory(long bytes, long limit) {

  public static final Memory UNKNOWN = new Memory(0, 0);

  /** A copy is made for good only where this much of the limit, in eighths, is not exceeded. */
  private static final int EIGHTHS = 7;

  public Memory {
    if (bytes < 0 || limit < 0) {
      throw new IllegalArgumentException(
          "memory must be 0 bytes or more, got " + bytes + " of " + limit);
    }
  }

  /** What may still be copied to the node, in bytes: never what would bring it near its limit. */
  long room() {
    return limit == 0 ? Long.MAX_VALUE : Math.max(0, limit / 8 * EIGHTHS - bytes);
  }
}
