package dev.kintsugi.node.domain;

import dev.kintsugi.core.SlotId;
import java.time.Duration;
import java.util.Optional;

/**
 * Compares what this replica of a slot holds with what its owner does, through the log alone. Not
 * thread-safe. Constant time.
 */
final class DigestChecks {
  /*
   * The owner appends a record of the kind Checked now and then. Everybody who reads it takes a
   * sample there: the digest of its shards as of that offset. The owner's next record carries the
   * owner's sample, and who has one of the same offset compares. Nothing depends on when anybody
   * reads what: samples and comparisons follow from the order of the log.
   *
   * Only who was at the log's end before, and not too long ago, takes samples: whoever is still
   * reading what compaction has left has not seen what was written before an offset, but what is
   * newer. Nor does a replica that cannot read the newest record of a shard.
   */

  /** Two samples of one offset. */
  record Comparison(SlotEntry.Sample ours, SlotEntry.Sample owners) {
    boolean agrees() {
      return ours.equals(owners);
    }
  }

  private final long intervalNanos;
  private final long firstNanos;
  private Optional<SlotEntry.Sample> sample = Optional.empty();
  private long writes;
  private long writesAtCheck;
  private long writesAtSample;
  private long writesPublished;
  private long dueNanos;

  /**
   * Checks of one slot.
   *
   * @param interval between two records; slots take their turns at moments of their own in it
   */
  DigestChecks(SlotId slot, Duration interval) {
    this.intervalNanos = interval.toNanos();
    long spread = Digest.with(slot.area().value().hashCode(), slot.number());
    this.firstNanos = Math.floorMod(spread, intervalNanos);
  }

  /** This node begins to serve the slot. */
  void open(long nowNanos) {
    dueNanos = nowNanos + firstNanos;
  }

  /**
   * Whether the owner has to append a record now: something was written since the last one, or what
   * it found there has not been told yet. Asked at each tick.
   */
  boolean isDue(long nowNanos) {
    if (nowNanos - dueNanos < 0) {
      return false;
    }
    dueNanos = nowNanos + intervalNanos;
    boolean untold = sample.isPresent() && writesAtSample != writesPublished;
    return writes != writesAtCheck || untold;
  }

  /** This replica's newest sample, to be published if it owns the slot. */
  Optional<SlotEntry.Sample> sample() {
    return sample;
  }

  /** A shard record was applied. */
  void onWritten() {
    writes++;
  }

  /**
   * A record was read that counts.
   *
   * @param here what this replica holds there; empty if it cannot tell
   */
  Optional<Comparison> onChecked(SlotEntry.Checked checked, Optional<SlotEntry.Sample> here) {
    Optional<Comparison> comparison = Optional.empty();
    if (checked.sample().isPresent() && sample.isPresent()) {
      SlotEntry.Sample owners = checked.sample().get();
      if (sample.get().offset() == owners.offset()) {
        // Another version of the program may take another digest of the same.
        comparison =
            sample
                .filter(ours -> ours.form() == owners.form())
                .map(ours -> new Comparison(ours, owners));
        writesPublished = writesAtSample;
      }
    }
    sample = here;
    writesAtCheck = writes;
    writesAtSample = writes;
    return comparison;
  }
}
