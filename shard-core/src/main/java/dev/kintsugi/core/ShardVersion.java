package dev.kintsugi.core;

/**
 * The version of a shard: 0 before the first write, then gap-free in the order of the log.
 *
 * @param value 0 or greater
 */
public record ShardVersion(long value) implements Comparable<ShardVersion> {

  public static final ShardVersion NONE = new ShardVersion(0);

  public ShardVersion {
    if (value < 0) {
      throw new IllegalArgumentException("a shard version must be zero or greater, got " + value);
    }
  }

  public ShardVersion next() {
    return new ShardVersion(value + 1);
  }

  public boolean exceeds(ShardVersion other) {
    return value > other.value;
  }

  @Override
  public int compareTo(ShardVersion other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
