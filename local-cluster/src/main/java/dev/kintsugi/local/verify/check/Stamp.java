package dev.kintsugi.local.verify.check;

/**
 * A pair that is ordered by its first part, then by its second: an epoch (grant, attempt), or a
 * map's version with its offset.
 */
public record Stamp(long grant, long attempt, long offset) implements Comparable<Stamp> {

  /** Where an answer named none. */
  public static final Stamp NONE = new Stamp(-1, -1, -1);

  @Override
  public int compareTo(Stamp other) {
    int byGrant = Long.compare(grant, other.grant);
    if (byGrant != 0) {
      return byGrant;
    }
    int byAttempt = Long.compare(attempt, other.attempt);
    return byAttempt != 0 ? byAttempt : Long.compare(offset, other.offset);
  }

  public boolean isNone() {
    return grant < 0;
  }

  @Override
  public String toString() {
    return isNone() ? "none" : grant + "." + attempt + (offset < 0 ? "" : "@" + offset);
  }
}
