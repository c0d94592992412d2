package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Moment;
import dev.kintsugi.node.domain.SlotEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The slot logs and the lease log. Appends are called by one thread, must not block, and keep their
 * order; their futures may complete on any thread.
 */
public interface NodeLog extends AutoCloseable {

  /** Told of what was read; called on reader threads, may block them. */
  interface Listener {
    /** From here on, what is told of the slot log was read from its first record on. */
    void onFollowed(SlotId slot);

    /** Records of one slot log, in order. */
    void onEntries(SlotId slot, List<Read> entries);

    /**
     * All that was in the slot log at a moment has been told of. Repeated, by the system's clocks.
     */
    void onAtEnd(SlotId slot, Moment asOf);

    void onSlotLogLost(SlotId slot);

    void onBeat(Incarnation of, long sequence);

    void onFence(Incarnation of);

    /** A record of the lease log could not be read and was skipped. */
    void onMalformedLease();

    /** Heartbeats of other nodes were missed between what was told of before and from here on. */
    void onBeatsMissed();

    /** The read position of this node's own lease partition is lost. */
    void onLeaseLogLost();
  }

  /** A record and where it stood. */
  record Read(long offset, SlotEntry entry) {}

  /**
   * Begins to read the lease log, all of it from its end on; call once, before anything else. What
   * is told of it has no gaps but those that are told of.
   */
  void start(Listener listener);

  /**
   * Appends to a slot log. Fails when the fate is unknown; then {@link #replaceWriter} must be
   * called before the next append counts.
   */
  CompletableFuture<Long> append(SlotId slot, SlotEntry entry);

  /** Closes the producer of the slot logs at once and opens another. */
  void replaceWriter();

  /** Appends a heartbeat; a failure is harmless. */
  void appendBeat(Incarnation incarnation, long sequence);

  /** Appends a fence; a failure is harmless, it is asked for again. */
  void appendFence(NodeId node, Incarnation of, int leasePartition, Incarnation by);

  /**
   * Reads from now on only this node's own heartbeats, and of others' partitions only fences that
   * it has appended.
   */
  void watchNoMore();

  /** Begins to follow a slot log from its first record. */
  void follow(SlotId slot);

  void unfollow(SlotId slot);

  @Override
  void close();
}
