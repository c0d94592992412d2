package dev.kintsugi.node.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a replica may go on from where it stands in its log: what it has not read yet is all
 * there only while the log's end was reached less than the compaction lag ago. Not thread-safe.
 */
final class Freshness {
  /*
   * Whoever was at the log's end at a moment misses only records that were appended after it, and
   * compaction takes none of them before the lag has passed. A quarter of the lag is kept for the
   * difference between this node's clocks and the brokers', and for records that were on their way
   * to a broker's disk at that moment.
   *
   * The ticker may stand still while the machine is suspended, the wall clock may be set: the
   * longer of the two times counts, since reading anew is slow and a gap is wrong.
   */

  private final Duration limit;
  private Optional<Moment> atEnd = Optional.empty();

  Freshness(Duration compactionLag) {
    this.limit = compactionLag.dividedBy(4).multipliedBy(3);
  }

  /** All that was in the log at that moment has been read. */
  void atEnd(Moment asOf) {
    if (atEnd.isEmpty() || asOf.nanos() - atEnd.get().nanos() >= 0) {
      atEnd = Optional.of(asOf);
    }
  }

  /** Whether the log was read to its end no longer ago than that. */
  boolean reachedWithin(Duration most, long nowNanos, Instant wall) {
    return atEnd.isPresent()
        && nowNanos - atEnd.get().nanos() <= most.toNanos()
        && Duration.between(atEnd.get().wall(), wall).compareTo(most) <= 0;
  }

  /** Whether the log has ever been read to its end, and not too long ago. */
  boolean lasts(long nowNanos, Instant wall) {
    if (atEnd.isEmpty()) {
      return false;
    }
    long byWallMillis = wall.toEpochMilli() - atEnd.get().wall().toEpochMilli();
    return nowNanos - atEnd.get().nanos() < limit.toNanos() && byWallMillis < limit.toMillis();
  }
}
