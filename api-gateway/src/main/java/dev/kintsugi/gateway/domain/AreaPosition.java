package dev.kintsugi.gateway.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.ShardVersion;

/**
 * How far a reader has followed one shard: where in the slot's log, and which version it saw.
 *
 * @param slot the slot's number in its area
 * @param offset the next offset the owner was to apply; 0 or greater
 */
public record AreaPosition(int slot, Epoch epoch, long offset, ShardVersion version) {

  public AreaPosition {
    if (slot < 0 || offset < 0) {
      throw new IllegalArgumentException(
          "slot and offset must be zero or greater, got " + slot + " and " + offset);
    }
  }
}
