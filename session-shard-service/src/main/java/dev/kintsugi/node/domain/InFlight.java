package dev.kintsugi.node.domain;

import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The writes of one slot that were appended and have not been read back. Not thread-safe. */
final class InFlight {

  /** An appended write. */
  static final class Write {
    /** The state of the shard that it makes; empty for a tombstone. */
    final Optional<Shard> shard;

    final ShardVersion version;
    final long appendedNanos;

    /** Of its record, at most. */
    final int bytes;

    /** Who asked for it; empty for a repair of the node's own, and once answered. */
    Optional<Waiting> asker;

    /** Requests whose answer rests on this write. */
    final List<Waiting> dependents = new ArrayList<>();

    Write(
        Optional<Shard> shard, ShardVersion version, long appendedNanos, Optional<Waiting> asker) {
      this.shard = shard;
      this.version = version;
      this.appendedNanos = appendedNanos;
      this.bytes = shard.map(RecordSize::atMost).orElse(0);
      this.asker = asker;
    }
  }

  private static final ShardVersion FIRST = ShardVersion.NONE.next();

  private final Map<SessionId, ArrayDeque<Write>> byShard = new LinkedHashMap<>();
  private final Map<PlacementKey, List<Write>> creations = new HashMap<>();
  private final Budget budget;
  private int size;
  private long bytes;

  InFlight(Budget budget) {
    this.budget = budget;
  }

  void add(SessionId session, Write write) {
    byShard.computeIfAbsent(session, _ -> new ArrayDeque<>()).addLast(write);
    if (write.version.equals(FIRST)) {
      creations.computeIfAbsent(session.placement(), _ -> new ArrayList<>()).add(write);
    }
    size++;
    bytes += write.bytes;
    budget.take(write.bytes);
  }

  /** The newest write under way to a shard. */
  Optional<Write> newest(SessionId session) {
    return Optional.ofNullable(byShard.get(session)).map(ArrayDeque::peekLast);
  }

  /** The first versions of shards under way with a placement key, in order; unmodifiable. */
  List<Write> creations(PlacementKey placement) {
    return Collections.unmodifiableList(creations.getOrDefault(placement, List.of()));
  }

  /** The write under way that makes this version. */
  Optional<Write> find(SessionId session, ShardVersion version) {
    ArrayDeque<Write> writes = byShard.get(session);
    return writes == null
        ? Optional.empty()
        : writes.stream().filter(write -> write.version.equals(version)).findFirst();
  }

  /** Takes out the write that came back; those before it of the same shard stay. */
  Optional<Write> complete(SessionId session, ShardVersion version) {
    ArrayDeque<Write> writes = byShard.get(session);
    Optional<Write> write = find(session, version);
    if (writes == null || write.isEmpty()) {
      return Optional.empty();
    }
    writes.remove(write.get());
    forgetCreation(session, write.get());
    size--;
    bytes -= write.get().bytes;
    budget.give(write.get().bytes);
    if (writes.isEmpty()) {
      byShard.remove(session);
    }
    return write;
  }

  private void forgetCreation(SessionId session, Write write) {
    creations.computeIfPresent(
        session.placement(),
        (_, under) -> {
          under.remove(write);
          return under.isEmpty() ? null : under;
        });
  }

  /** Takes out everything, in the order in which it was appended per shard. */
  List<Write> drain() {
    List<Write> all = new ArrayList<>();
    byShard.values().forEach(all::addAll);
    all.forEach(write -> budget.give(write.bytes));
    bytes = 0;
    byShard.clear();
    creations.clear();
    size = 0;
    return all;
  }

  Iterable<Write> all() {
    List<Write> all = new ArrayList<>(size);
    byShard.values().forEach(all::addAll);
    return all;
  }

  /** Whether another write may be appended. */
  boolean admits(Shard shard) {
    return budget.admits(bytes, RecordSize.atMost(shard));
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }
}
