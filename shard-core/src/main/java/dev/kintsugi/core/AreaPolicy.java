package dev.kintsugi.core;

import java.time.Duration;

/**
 * How one area is kept.
 *
 * @param slots number of slots, 1 to 16384; never changes once the area has content
 * @param copies owner and standbys together, 2 to 5
 * @param maxBytes largest content of one shard (names and values), in bytes, 1 to 1 MiB less
 *     headroom
 * @param staleReads how old a marked answer may be, where nobody can prove what is newest: 0 (never
 *     given) to 10 minutes
 */
public record AreaPolicy(Area area, int slots, int copies, int maxBytes, Duration staleReads) {

  /** The largest shard that still fits a Kafka record of default size with its request ids. */
  public static final int LARGEST_SHARD_BYTES = 768 * 1024;

  /** How old a marked answer may be unless the policy says otherwise. */
  public static final Duration USUAL_STALE_READS = Duration.ofSeconds(30);

  private static final Duration OLDEST_STALE_READS = Duration.ofMinutes(10);

  public AreaPolicy {
    if (slots < 1 || slots > 16384) {
      throw new IllegalArgumentException(
          "slots of area " + area + " must be 1 to 16384, got " + slots);
    }
    if (copies < 2 || copies > 5) {
      throw new IllegalArgumentException(
          "copies of area " + area + " must be 2 to 5, got " + copies);
    }
    if (maxBytes < 1 || maxBytes > LARGEST_SHARD_BYTES) {
      throw new IllegalArgumentException(
          "max bytes of area "
              + area
              + " must be 1 to "
              + LARGEST_SHARD_BYTES
              + ", got "
              + maxBytes);
    }
    if (staleReads.isNegative() || staleReads.compareTo(OLDEST_STALE_READS) > 0) {
      throw new IllegalArgumentException(
          "stale reads of area " + area + " must be 0 to 10 minutes, got " + staleReads);
    }
  }

  /** A policy with {@link #USUAL_STALE_READS}. */
  public AreaPolicy(Area area, int slots, int copies, int maxBytes) {
    this(area, slots, copies, maxBytes, USUAL_STALE_READS);
  }

  /** Whether marked answers are ever given. */
  public boolean allowsStaleReads() {
    return staleReads.isPositive();
  }

  public SlotId slotOf(PlacementKey placement) {
    return new SlotId(area, placement.slot(slots));
  }
}
