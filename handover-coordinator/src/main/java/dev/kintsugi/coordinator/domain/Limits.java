package dev.kintsugi.coordinator.domain;

/**
 * How much may be under way at once.
 *
 * @param minNodes nodes that must have reported before the first placement, unless the wait ends
 * @param maxMoves planned moves at once where there are many to make ({@link #movesAtOnce}), and
 *     copies made for them; and those that one node builds at once of what is on nodes that leave
 * @param maxCopies copies that one node builds at once to repair lost ones
 * @param maxLag records that a standby may be behind the owner and still take over as planned
 */
public record Limits(int minNodes, int maxMoves, int maxCopies, long maxLag) {

  public static final Limits DEFAULT = new Limits(2, 4, 8, 256);

  /** So many moves that are still to be made are worth one more at once. */
  private static final int FOR_EACH_AT_ONCE = Placement.LOOK_AHEAD;

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

  /**
   * How many planned moves may be under way at once: one where few are to be made, as their slots
   * would only wait for each other at the same two nodes and the same broker; and one more for each
   * eight, up to {@code maxMoves}, where it would take long else.
   *
   * @param left moves that have not begun, 0 or greater; of those for evenness alone no more are
   *     known than are looked ahead to, which is {@code 8 * maxMoves}
   */
  int movesAtOnce(int left) {
    return Math.clamp(left / FOR_EACH_AT_ONCE, 1, maxMoves);
  }
}
