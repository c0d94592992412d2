package dev.kintsugi.core;

/**
 * The version of a shard map: which leader wrote it, and where in the log it stands.
 *
 * @param epoch the leader's epoch
 * @param offset the record's offset in the topic shard-map; -1 before any map
 */
public record MapVersion(Epoch epoch, long offset) implements Comparable<MapVersion> {

  public static final MapVersion NONE = new MapVersion(Epoch.NONE, -1);

  public boolean newerThan(MapVersion other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(MapVersion other) {
    int byEpoch = epoch.compareTo(other.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(offset, other.offset);
  }

  /** Parses what {@link #toString} printed. */
  public static MapVersion parse(String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      throw new IllegalArgumentException(
          "a map version must read grant.attempt@offset, got \"" + Names.shown(text) + '"');
    }
    return new MapVersion(
        Epoch.parse(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
  }

  @Override
  public String toString() {
    return epoch + "@" + offset;
  }
}
