package dev.kintsugi.node.domain;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
   * The chain holds the ownership records that a new owner has to fence: those from the last settled
   * epoch on. A release settles as well: its writer had fenced all before it and answers no more.
   */

  /** What a record did. */
  public enum Outcome {
    APPLIED,
    /** Written by somebody whose epoch was over, or older than what is applied. */
    VOID,
    /** Could not be read. */
    MALFORMED,
    /** Applied before. */
    DUPLICATE
  }

  private final Map<SessionId, Shard> shards = new HashMap<>();
  private final Set<SessionId> voided = new HashSet<>();
  private List<SlotEntry.Owned> chain = List.of();
  private Optional<SlotEntry.Owned> current = Optional.empty();
  private boolean released;
  private long nextOffset;
  private long bytes;
  private long digest;

  public Outcome apply(long offset, SlotEntry entry) {
    if (offset < nextOffset) {
      return Outcome.DUPLICATE;
    }
    nextOffset = offset + 1;
    return switch (entry) {
      case SlotEntry.Owned owned -> own(owned);
      case SlotEntry.Settled settled -> settle(settled);
      case SlotEntry.Released release -> release(release);
      case SlotEntry.Written written -> write(written);
      case SlotEntry.Malformed malformed -> {
        malformed.session().ifPresent(voided::add);
        yield Outcome.MALFORMED;
      }
    };
  }

  private Outcome own(SlotEntry.Owned owned) {
    if (!owned.epoch().fences(epoch())) {
      return Outcome.VOID;
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

  private Outcome write(SlotEntry.Written written) {
    SessionId session = written.session();
    if (!isCurrent(written) || !written.version().exceeds(version(session))) {
      voided.add(session);
      return Outcome.VOID;
    }
    voided.remove(session);
    Shard before =
        written.shard().isPresent()
            ? shards.put(session, written.shard().get())
            : shards.remove(session);
    bytes += written.shard().map(shard -> shard.content().bytes()).orElse(0);
    bytes -= before == null ? 0 : before.content().bytes();
    digest += written.shard().map(shard -> Digest.of(session, shard)).orElse(0L);
    digest -= before == null ? 0 : Digest.of(session, before);
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

  public Optional<Shard> shard(SessionId session) {
    return Optional.ofNullable(shards.get(session));
  }

  private ShardVersion version(SessionId session) {
    Shard shard = shards.get(session);
    return shard == null ? ShardVersion.NONE : shard.version();
  }

  /** All shards; unmodifiable. */
  public Map<SessionId, Shard> shards() {
    return Collections.unmodifiableMap(shards);
  }

  /** The shards whose newest record in the log is void: compaction could keep it; unmodifiable. */
  public Set<SessionId> voided() {
    return Collections.unmodifiableSet(voided);
  }

  /** The content of all shards in bytes. */
  public long bytes() {
    return bytes;
  }

  /** The digest of all shards: replicas that have applied the same records have the same. */
  public long digest() {
    return digest;
  }

  /** The offset of the next record to apply. */
  public long nextOffset() {
    return nextOffset;
  }
}
