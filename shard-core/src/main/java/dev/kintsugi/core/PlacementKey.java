package dev.kintsugi.core;

import java.util.HexFormat;

/**
 * {@code H} of the design: the keyed 64-bit hash of application and user that places a session's
 * shards.
 *
 * @param hash all 64 bits count; unsigned
 */
public record PlacementKey(long hash) {

  /**
   * The slot number in an area of {@code slots} slots.
   *
   * @param slots 1 or greater
   */
  public int slot(int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("slots must be 1 or greater, got " + slots);
    }
    boolean powerOfTwo = (slots & (slots - 1)) == 0;
    return (int) (powerOfTwo ? hash & (slots - 1) : Long.remainderUnsigned(hash, slots));
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(hash);
  }
}
