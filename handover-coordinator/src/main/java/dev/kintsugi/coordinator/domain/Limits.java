package dev.kintsugi.coordinator.domain;

/**
 * How much may be under way at once.
 *
 * @param minNodes nodes that must have reported before the first placement, unless the wait ends
 * @param maxMoves planned moves at once, and copies made for them
 * @param maxCopies copies that one node builds at once to repair lost ones
 * @param maxLag records that a standby may be behind the owner and still take over as planned
 */
public record Limits(int minNodes, int maxMoves, int maxCopies, long maxLag) {

  public static final Limits DEFAULT = new Limits(2, 4, 8, 256);

  public Limits {
    if (minNodes < 1 || maxMoves < 1 || maxCopies < 1 || maxLag < 0) {
      throw new IllegalArgumentException(
          "min-nodes, max-moves and max-copies must be 1 or greater and max-lag not negative, got "
              + minNodes
              + ", "
              + maxMoves
              + ", "
              + maxCopies
              + ", "
              + maxLag);
    }
  }
}
