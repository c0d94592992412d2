package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/**
 * The state of a slot: the fold over its log. Replicas that have applied the same prefix are equal.
 * Not thread-safe. Constant time per record.
 */
public final class SlotFold {
  /*
   * A record counts only if its epoch and incarnation are the current ones, the epoch has not been
   * released, and (for shards) its version exceeds the applied one. Everything else is void for
   * every reader, so a deposed owner can append but never change anything.
   *
   * Versions need not follow each other without a gap: compaction takes the ones between away. Grants
   * may jump, but not so far that nobody could ever follow: each further one must still fit.
   *
   * The chain holds the ownership records that a new owner has to fence: those from the last settled
   * epoch on. A release settles as well: its writer had fenced all before it and answers no more.
   */

  /** What a record did. */
  public enum Outcome {
    APPLIED,
    /** Written by somebody whose epoch was over, or older than what is applied. */
    VOID,
    /** Could not be read, or does not belong into this slot. */
    MALFORMED,
    /** Applied before. */
    DUPLICATE
  }

  /** The largest step of a grant: the coordinator takes steps of 1. */
  static final long LARGEST_STEP = 1L << 32;

  private final SlotScope scope;
  private final Quarantine quarantine = new Quarantine();
  private final SlotShards shards;
  private final Set<SessionId> voided = new HashSet<>();
  private List<SlotEntry.Owned> chain = List.of();
  private Optional<SlotEntry.Owned> current = Optional.empty();
  private boolean released;
  private long nextOffset;

  /** The state of a slot of which nothing has been read. */
  public SlotFold(SlotScope scope) {
    this(scope, PackedBytes.empty(PackedShard.SCRATCH));
  }

  /** As above; all slots of a node may share {@code scratch}. */
  SlotFold(SlotScope scope, PackedBytes scratch) {
    this.scope = scope;
    this.shards = new SlotShards(scratch);
  }

  public Outcome apply(long offset, SlotEntry entry) {
    if (offset < nextOffset) {
      return Outcome.DUPLICATE;
    }
    nextOffset = offset + 1;
    // First, as nearly all are of this kind.
    if (entry instanceof SlotEntry.Written written) {
      return applyWritten(written);
    }
    return switch (entry) {
      case SlotEntry.Owned owned -> own(owned);
      case SlotEntry.Settled settled -> settle(settled);
      case SlotEntry.Released release -> release(release);
      case SlotEntry.Checked checked -> isCurrent(checked) ? Outcome.APPLIED : Outcome.VOID;
      case SlotEntry.Written written -> applyWritten(written);
      case SlotEntry.Malformed malformed -> unreadable(malformed);
    };
  }

  private Outcome applyWritten(SlotEntry.Written written) {
    return scope.admits(written) ? writeOrSetAside(written) : unreadable(malformed(written));
  }

  private Outcome own(SlotEntry.Owned owned) {
    if (!owned.epoch().fences(epoch())) {
      return Outcome.VOID;
    }
    if (owned.epoch().grant() - epoch().grant() > LARGEST_STEP) {
      return Outcome.MALFORMED;
    }
    List<SlotEntry.Owned> longer = new ArrayList<>(chain);
    longer.add(owned);
    chain = List.copyOf(longer);
    current = Optional.of(owned);
    released = false;
    return Outcome.APPLIED;
  }

  private Outcome settle(SlotEntry.Settled settled) {
    if (!isCurrent(settled)) {
      return Outcome.VOID;
    }
    chain = List.of(current.orElseThrow());
    return Outcome.APPLIED;
  }

  private Outcome release(SlotEntry.Released release) {
    if (!isCurrent(release)) {
      return Outcome.VOID;
    }
    chain = List.of();
    released = true;
    return Outcome.APPLIED;
  }

  private static SlotEntry.Malformed malformed(SlotEntry.Written written) {
    return new SlotEntry.Malformed(
        Optional.of(written.session()),
        Optional.of(
            new SlotEntry.Signature(written.epoch(), written.incarnation(), written.version())),
        "not of this slot");
  }

  /** A record that nothing can be made of concerns its own shard, never those beside it. */
  private Outcome writeOrSetAside(SlotEntry.Written written) {
    try {
      return write(written);
    } catch (RuntimeException e) {
      return unreadable(malformed(written));
    }
  }

  /**
   * What cannot be read here sets its shard aside if it counts for others: written by the current
   * owner, with a version beyond. Else it is void for everybody, and the shard is written again.
   */
  private Outcome unreadable(SlotEntry.Malformed malformed) {
    if (malformed.session().filter(scope::holds).isEmpty()) {
      return Outcome.MALFORMED;
    }
    SessionId session = malformed.session().get();
    boolean counts =
        malformed
            .signature()
            .filter(by -> isOwnedBy(by.epoch(), by.incarnation()))
            .filter(by -> by.version().exceeds(version(session)))
            .isPresent();
    if (counts) {
      quarantine.enter(session, malformed.signature().get().version());
      voided.remove(session);
    } else {
      voided.add(session);
    }
    return Outcome.MALFORMED;
  }

  private Outcome write(SlotEntry.Written written) {
    SessionId session = written.session();
    if (!isCurrent(written) || !written.version().exceeds(version(session))) {
      voided.add(session);
      return Outcome.VOID;
    }
    if (written.shard().isPresent()) {
      shards.put(session, written.shard().get());
    } else {
      shards.remove(session);
    }
    quarantine.leave(session);
    voided.remove(session);
    return Outcome.APPLIED;
  }

  private boolean isCurrent(SlotEntry.Signed entry) {
    return !released
        && current.isPresent()
        && current.get().epoch().equals(entry.epoch())
        && current.get().incarnation().equals(entry.incarnation());
  }

  /** Whether the epoch in force is this one, of this incarnation, and has not been released. */
  public boolean isOwnedBy(Epoch epoch, Incarnation incarnation) {
    return isCurrent(new SlotEntry.Settled(epoch, incarnation));
  }

  /** The epoch in force; {@link Epoch#NONE} before the first owner. */
  public Epoch epoch() {
    return current.map(SlotEntry.Owned::epoch).orElse(Epoch.NONE);
  }

  /** The newest valid ownership record. */
  public Optional<SlotEntry.Owned> current() {
    return current;
  }

  /** Whether the epoch in force has been released: then nothing is owed to former owners. */
  public boolean released() {
    return released;
  }

  /** The ownership records from the last settled epoch on, inclusive, in the order of the log. */
  public List<SlotEntry.Owned> chain() {
    return chain;
  }

  /**
   * The shard as of its newest record that could be read; linear in it, as it is made from its
   * packed form.
   */
  public Optional<Shard> shard(SessionId session) {
    return shards.get(session);
  }

  /** Whether the session has a shard that may ever be {@link Lifetimes#isTimed}. Constant time. */
  boolean hasTimes(SessionId session) {
    return shards.hasTimes(session);
  }

  /**
   * The version of the newest record that counts, whether or not it could be read; {@link
   * ShardVersion#NONE} where there is none. Constant time.
   */
  public ShardVersion version(SessionId session) {
    ShardVersion readable = shards.version(session);
    ShardVersion unreadable = quarantine.version(session);
    return unreadable.exceeds(readable) ? unreadable : readable;
  }

  /** Whether the newest record of the shard counts but cannot be read. */
  public boolean isQuarantined(SessionId session) {
    return quarantine.holds(session);
  }

  /** The shards whose newest record counts but cannot be read; unmodifiable. */
  public Set<SessionId> quarantined() {
    return quarantine.sessions();
  }

  /** The number of shards. */
  public int size() {
    return shards.size();
  }

  /**
   * The sessions of which {@link #hasTimes} is true, in no particular order; linear in the slot.
   */
  List<SessionId> timed() {
    return shards.timed();
  }

  /** All shards, in no particular order, each made when its turn comes: linear in the slot. */
  public void forEach(BiConsumer<SessionId, Shard> action) {
    shards.forEach(action);
  }

  /** The living sessions with a placement key; linear in its sessions. */
  public SortedMap<SessionId, Shard> living(PlacementKey placement) {
    return shards.living(placement);
  }

  /** The living and the half-ended sessions with a placement key; linear in its sessions. */
  SortedMap<SessionId, Shard> notEnded(PlacementKey placement) {
    return shards.notEnded(placement);
  }

  /** How many sessions of a user live in an application; linear in those of the placement key. */
  public int countLiving(PlacementKey placement, ApplicationId application, UserId user) {
    return shards.countLiving(placement, application, user);
  }

  /** The half-ended sessions, sorted. */
  public List<SessionId> halfEnded() {
    return shards.halfEnded();
  }

  /**
   * Time passes: ids of requests are forgotten some time after they need not be known any more. A
   * bounded part of the slot is looked through each time.
   */
  public void onTick(long nowNanos, Instant wall) {
    shards.onTick(nowNanos, wall);
  }

  /** The shards whose newest record in the log is void: compaction could keep it; unmodifiable. */
  public Set<SessionId> voided() {
    return Collections.unmodifiableSet(voided);
  }

  /** The content of all shards in bytes. */
  public long bytes() {
    return shards.bytes();
  }

  /** What the shards take of the heap, in bytes, reckoned with references of 4 bytes. */
  public long memoryBytes() {
    return shards.memoryBytes();
  }

  /** The digest of all shards: replicas that have applied the same records have the same. */
  public long digest() {
    return shards.digest();
  }

  /** The offset of the next record to apply. */
  public long nextOffset() {
    return nextOffset;
  }
}
