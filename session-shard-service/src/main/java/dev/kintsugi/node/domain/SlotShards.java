package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The shards of a slot as they are, with their sums. Not thread-safe. */
final class SlotShards {
  /*
   * Shards rest in packed form and are made anew for each reader: at hundreds of bytes a shard, the
   * objects of a TreeMap with Strings would take several times the memory of what they say.
   *
   * Ids of requests are looked for in rounds rather than in the order of their ages, which would
   * take memory for each write of the last ten minutes.
   */

  /**
   * How long an id of a request stays in memory at least: longer than on the log, since the clock
   * of the owner that wrote it may differ from the one here.
   */
  static final Duration REMEMBERED = WriteRules.KEY_WINDOW.plusMinutes(1);

  /** The time of a round that looks for ids of requests to forget. */
  static final Duration ROUND = Duration.ofMinutes(1);

  private static final int MOST_PLACES = 4_096;
  private static final int ARRAY_HEADER = 16;
  private static final int ALIGNMENT = 8;

  private final ShardTable table = new ShardTable();
  private final Applications applications = new Applications();
  private final PackedBytes scratch;
  private final Set<SessionId> ending = new HashSet<>();
  private int withRequests;
  private long bytes;
  private long digest;
  private long arrays;
  private boolean ticked;
  private long lastTickNanos;

  /**
   * No shards.
   *
   * @param scratch where one shard at a time is put together
   */
  SlotShards(PackedBytes scratch) {
    this.scratch = scratch;
  }

  void put(SessionId session, Shard shard) {
    byte[] packed = PackedShard.pack(session, shard, applications, scratch);
    takeOut(table.put(packed));
    count(packed, 1);
    bytes += PackedShard.contentBytes(packed);
    digest += PackedShard.digest(packed, applications);
    if (PackedShard.isEnding(packed)) {
      ending.add(session);
    } else if (!ending.isEmpty()) {
      ending.remove(session);
    }
  }

  void remove(SessionId session) {
    takeOut(table.remove(session));
    ending.remove(session);
  }

  private void takeOut(byte @Nullable [] before) {
    if (before != null) {
      count(before, -1);
      bytes -= PackedShard.contentBytes(before);
      digest -= PackedShard.digest(before, applications);
    }
  }

  private void count(byte[] packed, int one) {
    withRequests += PackedShard.hasRequests(packed) ? one : 0;
    arrays += (long) one * Math.ceilDiv(ARRAY_HEADER + packed.length, ALIGNMENT) * ALIGNMENT;
  }

  Optional<Shard> get(SessionId session) {
    byte[] packed = table.get(session);
    return packed == null
        ? Optional.empty()
        : Optional.of(PackedShard.unpack(packed, applications));
  }

  /** Whether there is a shard that may ever be due; made of nothing. */
  boolean hasTimes(SessionId session) {
    byte[] packed = table.get(session);
    return packed != null && PackedShard.hasTimes(packed);
  }

  ShardVersion version(SessionId session) {
    byte[] packed = table.get(session);
    return packed == null ? ShardVersion.NONE : new ShardVersion(PackedShard.version(packed));
  }

  int size() {
    return table.size();
  }

  List<SessionId> timed() {
    List<SessionId> timed = new ArrayList<>();
    table.forEach(packed -> {
      if (PackedShard.hasTimes(packed)) {
        timed.add(PackedShard.session(packed));
      }
    });
    return timed;
  }

  void forEach(BiConsumer<SessionId, Shard> action) {
    table.forEach(packed ->
        action.accept(PackedShard.session(packed), PackedShard.unpack(packed, applications)));
  }

  SortedMap<SessionId, Shard> living(PlacementKey placement) {
    return ofPlacement(placement, PackedShard::isLive);
  }

  SortedMap<SessionId, Shard> notEnded(PlacementKey placement) {
    return ofPlacement(
        placement, packed -> PackedShard.isLive(packed) || PackedShard.isEnding(packed));
  }

  private SortedMap<SessionId, Shard> ofPlacement(PlacementKey placement, Predicate<byte[]> which) {
    SortedMap<SessionId, Shard> found = new TreeMap<>();
    for (byte[] packed : table.ofPlacement(placement.hash())) {
      if (which.test(packed)) {
        found.put(PackedShard.session(packed), PackedShard.unpack(packed, applications));
      }
    }
    return found;
  }

  int countLiving(PlacementKey placement, ApplicationId application, UserId user) {
    int number = applications.numberOf(application);
    byte[] name = user.value().getBytes(StandardCharsets.UTF_8);
    int count = 0;
    for (byte[] packed : table.ofPlacement(placement.hash())) {
      count += PackedShard.isLive(packed) && PackedShard.isOf(packed, number, name) ? 1 : 0;
    }
    return count;
  }

  List<SessionId> halfEnded() {
    return ending.stream().sorted().toList();
  }

  /** Looks a part of the slot through for requests that need not be known any more. */
  void onTick(long nowNanos, Instant wall) {
    double share = ticked ? (double) (nowNanos - lastTickNanos) / ROUND.toNanos() : 1;
    if (share * table.places() < 1) {
      return;
    }
    ticked = true;
    lastTickNanos = nowNanos;
    if (withRequests > 0) {
      Instant since = wall.minus(REMEMBERED);
      table.visit(share, MOST_PLACES, packed -> forget(packed, since));
    }
  }

  private byte[] forget(byte[] packed, Instant since) {
    if (!PackedShard.hasRequests(packed) || PackedShard.isDatedByRequests(packed)) {
      return packed;
    }
    byte[] shorter = PackedShard.withoutRequestsBefore(packed, since);
    count(packed, -1);
    count(shorter, 1);
    return shorter;
  }

  long bytes() {
    return bytes;
  }

  long digest() {
    return digest;
  }

  /** The packed shards and the table in bytes of heap. */
  long memoryBytes() {
    return arrays + table.referenceBytes();
  }
}
