package dev.kintsugi.core;

/**
 * How one area is kept.
 *
 * @param slots number of slots, 1 to 16384; never changes once the area has content
 * @param copies owner and standbys together, 2 to 5
 * @param maxBytes largest content of one shard (names and values), in bytes, 1 to 1 MiB less
 *     headroom
 */
public record AreaPolicy(Area area, int slots, int copies, int maxBytes) {

  /** The largest shard that still fits a Kafka record of default size with its request ids. */
  public static final int LARGEST_SHARD_BYTES = 768 * 1024;

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
  }

  public SlotId slotOf(PlacementKey placement) {
    return new SlotId(area, placement.slot(slots));
  }
}
