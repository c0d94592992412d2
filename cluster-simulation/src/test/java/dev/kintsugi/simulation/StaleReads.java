package dev.kintsugi.simulation;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Leniency;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sees every answer marked stale as it leaves a node: it is no proof of anything, but it shows what
 * the log says before its offset, nothing behind what its reader has seen, from somebody who may
 * give it, and not older than the policy allows by true time. Not thread-safe.
 */
final class StaleReads {
  /*
   * Who may give it follows from the part of the log that it rests on: the owner by that part, else
   * a standby, and a standby only to a reader that shows what it has seen. A standby's answer lacks
   * nothing that was in the log for longer than the policy allows. An owner's may lack what it has
   * appended itself and not read back, so that nobody was told of it; it lacks nothing that anybody
   * was told of for longer than that.
   */

  /** Clocks run apart by half a hundredth, and this long passes between two looks at them. */
  private static final long LOOKS_NANOS = Duration.ofMillis(10).toNanos();

  private static final class Slot {
    final List<Long> appendedNanos = new ArrayList<>();
    final TreeMap<Long, Optional<Incarnation>> owners = new TreeMap<>();
    final TreeMap<Long, Long> answeredNanos = new TreeMap<>();
  }

  private final Cluster cluster;
  private final Map<SlotId, Slot> slots = new HashMap<>();
  private long byStandbys;
  private long byOwners;

  StaleReads(Cluster cluster) {
    this.cluster = cluster;
  }

  long byStandbys() {
    return byStandbys;
  }

  long byOwners() {
    return byOwners;
  }

  private Slot slot(SlotId slot) {
    return slots.computeIfAbsent(slot, _ -> new Slot());
  }

  /** A record has got its place in the log, and the truth has judged it. */
  void appended(SlotId id, long offset, SlotEntry entry) {
    Slot slot = slot(id);
    slot.appendedNanos.add(cluster.scheduler.nowNanos());
    if (entry instanceof SlotEntry.Owned owned && cluster.truth.ownedAtOffset(id) == offset) {
      slot.owners.put(offset, Optional.of(owned.incarnation()));
    } else if (entry instanceof SlotEntry.Released released
        && released.epoch().equals(cluster.truth.epoch(id))
        && owner(slot, offset).equals(Optional.of(released.incarnation()))) {
      slot.owners.put(offset, Optional.empty());
    }
  }

  private static Optional<Incarnation> owner(Slot slot, long before) {
    Map.Entry<Long, Optional<Incarnation>> entry = slot.owners.lowerEntry(before);
    return entry == null ? Optional.empty() : entry.getValue();
  }

  /** Somebody was answered, without a mark, by the records before an offset. */
  void answered(SlotId id, long nextOffset) {
    TreeMap<Long, Long> answered = slot(id).answeredNanos;
    if (answered.isEmpty() || nextOffset > answered.lastKey()) {
      answered.put(nextOffset, cluster.scheduler.nowNanos());
    }
  }

  /**
   * A marked answer leaves a node.
   *
   * @param by the node's incarnation just now
   * @param asked null if the reader puts up with nothing
   */
  void given(NodeId node, Incarnation by, Request.@Nullable Read asked, Answer.Stale answer) {
    SlotId id = answer.position().slot();
    String what = node + " answers for " + id + " as of " + answer.position().nextOffset() + ": ";
    if (asked == null || !policy(id).isPositive()) {
      throw new Violation("I3", what + "marked, which this reader or area does not put up with");
    }
    long offset = answer.position().nextOffset();
    Optional<Shard> inLog = cluster.truth.shardBefore(id, asked.key().session(), offset);
    if (!inLog.equals(Optional.of(answer.shard()))) {
      throw new Violation("I3", what + "not what the log says there");
    }
    if (!answer.shard().lives()) {
      throw new Violation("I10", what + "a shard that has ended");
    }
    if (asked.leniency() instanceof Leniency.FromStandby(long seen) && offset < seen) {
      throw new Violation("I3", what + "behind " + seen + ", which its reader has seen");
    }
    Slot slot = slot(id);
    if (owner(slot, offset).equals(Optional.of(by))) {
      byOwners++;
      ownersIsYoung(slot, offset, id, what);
    } else if (asked.leniency() instanceof Leniency.FromStandby) {
      byStandbys++;
      standbysIsYoung(slot, offset, id, what);
    } else {
      throw new Violation("I4", what + "as its owner, which it is not by what it has read");
    }
  }

  private void ownersIsYoung(Slot slot, long offset, SlotId id, String what) {
    Map.Entry<Long, Long> later = slot.answeredNanos.higherEntry(offset);
    if (later != null) {
      mustBeYoung(later.getValue(), id, what + "others were answered by more");
    }
  }

  private void standbysIsYoung(Slot slot, long offset, SlotId id, String what) {
    if (offset < slot.appendedNanos.size()) {
      mustBeYoung(slot.appendedNanos.get((int) offset), id, what + "there was more in the log");
    }
  }

  private void mustBeYoung(long sinceNanos, SlotId id, String what) {
    long most = policy(id).toNanos() / 100 * 101 + LOOKS_NANOS;
    long since = cluster.scheduler.nowNanos() - sinceNanos;
    if (since > most) {
      throw new Violation("I3", what + " " + since / 1_000_000 + " ms before");
    }
  }

  private Duration policy(SlotId slot) {
    return cluster.areas.require(slot.area()).staleReads();
  }
}
