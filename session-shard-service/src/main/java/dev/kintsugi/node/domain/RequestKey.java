package dev.kintsugi.node.domain;

/**
 * A write's idempotency key, and what was asked for: both as hashes, since only equality counts.
 *
 * @param high upper half of the 128-bit hash of caller and key
 * @param low lower half
 * @param fingerprint 64-bit hash of method, path, precondition and body
 */
public record RequestKey(long high, long low, long fingerprint) {

  public boolean sameKey(RequestKey other) {
    return high == other.high && low == other.low;
  }
}
