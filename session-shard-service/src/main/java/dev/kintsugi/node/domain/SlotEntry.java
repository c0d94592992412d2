package dev.kintsugi.node.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.time.Duration;
import java.util.Optional;

/** A record of a slot log, decoded. */
public sealed interface SlotEntry {

  /** A record that an epoch's owner writes. */
  sealed interface Signed extends SlotEntry {
    Epoch epoch();

    Incarnation incarnation();
  }

  /**
   * A shard as of a version.
   *
   * @param shard empty for a tombstone
   */
  record Written(
      Epoch epoch,
      Incarnation incarnation,
      SessionId session,
      ShardVersion version,
      Optional<Shard> shard)
      implements Signed {}

  /**
   * From here on, the epoch belongs to the node.
   *
   * @param lease the length {@code L} of the node's leases
   * @param leasePartition where the node's heartbeats go
   */
  record Owned(
      Epoch epoch, Incarnation incarnation, NodeId node, Duration lease, int leasePartition)
      implements Signed {}

  /** The owner of the epoch has fenced all before it. */
  record Settled(Epoch epoch, Incarnation incarnation) implements Signed {}

  /** The epoch has ended, by its own owner's word. */
  record Released(Epoch epoch, Incarnation incarnation) implements Signed {}

  /**
   * The digest of all shards as they were before the record at an offset.
   *
   * @param shards how many there were
   * @param form which function the digest is of ({@link Digest#FORM})
   */
  record Sample(long offset, long digest, int shards, int form) {}

  /**
   * Here replicas take the digest of what they have; it changes nothing.
   *
   * @param sample the owner's own, taken at a record of this kind before; empty if it has none
   */
  record Checked(Epoch epoch, Incarnation incarnation, Optional<Sample> sample) implements Signed {}

  /**
   * What stands in the headers of a shard record whose value could not be read.
   *
   * @param version that the record makes
   */
  record Signature(Epoch epoch, Incarnation incarnation, ShardVersion version) {}

  /**
   * A record that could not be read; skipped by all.
   *
   * @param session the shard whose newest record it would be under compaction, if its key names one
   * @param signature empty if the headers could not be read either
   */
  record Malformed(Optional<SessionId> session, Optional<Signature> signature, String reason)
      implements SlotEntry {}
}
