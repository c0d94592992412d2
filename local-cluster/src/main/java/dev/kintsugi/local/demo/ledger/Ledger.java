package dev.kintsugi.local.demo.ledger;

import dev.kintsugi.local.demo.plan.Changes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Every write that was acknowledged, with the version that its answer named, and what must be there
 * in the end: for each attribute the value of its newest acknowledged write. A write whose outcome
 * is unknown may be there or not. Thread-safe.
 */
public final class Ledger {

  private final Map<ShardRef, ShardLedger> shards = new HashMap<>();
  private long acknowledged;

  /** The content that a shard was created with; it comes before all writes. */
  public synchronized void created(ShardRef shard, Map<String, String> attributes) {
    Map<String, Optional<String>> values = new TreeMap<>();
    attributes.forEach((attribute, value) -> values.put(attribute, Optional.of(value)));
    of(shard).acknowledged(0, new Changes(new TreeMap<>(values)));
  }

  /** A write was answered as applied. */
  public synchronized void acknowledged(ShardRef shard, long version, Changes changes) {
    acknowledged++;
    of(shard).acknowledged(version, changes);
  }

  /** A write was not answered, or answered as unknown. */
  public synchronized void unknown(ShardRef shard, Changes changes) {
    of(shard).unknown(changes);
  }

  /** The newest acknowledged version of a shard, which every later read must have reached. */
  public synchronized long newestVersion(ShardRef shard) {
    ShardLedger ledger = shards.get(shard);
    return ledger == null ? 0 : ledger.newestVersion();
  }

  /** How many writes were acknowledged, creations apart. */
  public synchronized long acknowledgedWrites() {
    return acknowledged;
  }

  /** The shards that were written or created. */
  public synchronized Set<ShardRef> shards() {
    return Set.copyOf(shards.keySet());
  }

  /** Compares a shard as it was read with what must be there. */
  public synchronized List<Finding> compare(ShardRef shard, Found found) {
    return of(shard).compare(found);
  }

  /** The number of lost writes among findings; a write that lost two attributes counts once. */
  public static long lostWrites(List<Finding> findings) {
    record Write(ShardRef shard, long version) {}
    return findings.stream()
        .filter(Finding.Lost.class::isInstance)
        .map(Finding.Lost.class::cast)
        .map(lost -> new Write(lost.shard(), lost.version()))
        .collect(Collectors.toSet())
        .size();
  }

  private ShardLedger of(ShardRef shard) {
    return shards.computeIfAbsent(shard, ShardLedger::new);
  }
}
