package dev.kintsugi.node.runtime.life;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Work that is under way once at a time for each key: whoever wants it meanwhile shares its result.
 * Thread-safe.
 */
final class OneAtATime<K, V> {

  private final Map<K, CompletableFuture<V>> underWay = new ConcurrentHashMap<>();

  /**
   * The result of the work for a key.
   *
   * @param work begun on this thread if none is under way; completes what it is given, now or later
   */
  CompletableFuture<V> run(K key, Consumer<CompletableFuture<V>> work) {
    CompletableFuture<V> mine = new CompletableFuture<>();
    CompletableFuture<V> other = underWay.putIfAbsent(key, mine);
    if (other != null) {
      return other;
    }
    var _ = mine.whenComplete((_, _) -> underWay.remove(key, mine));
    work.accept(mine);
    return mine;
  }

  boolean isUnderWay(K key) {
    return underWay.containsKey(key);
  }

  /** For how many keys work is under way. */
  int size() {
    return underWay.size();
  }
}
