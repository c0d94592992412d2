package dev.kintsugi.log;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shard map that was published last, for any thread; one thread publishes. Whoever waits for a
 * newer one than it has seen gets the first that is, also if that comes as it begins to wait.
 */
final class NewestMap implements ShardMaps {

  private static final Logger LOG = LoggerFactory.getLogger(NewestMap.class);

  private record Waiter(MapVersion seen, CompletableFuture<ShardMap> answer) {}

  private final List<Consumer<ShardMap>> listeners = new CopyOnWriteArrayList<>();
  private final List<Waiter> waiters = new ArrayList<>();
  private volatile ShardMap current = ShardMap.EMPTY;

  /** Makes a map the newest; it must be newer than the one before. */
  void publish(ShardMap map) {
    List<Waiter> due = new ArrayList<>();
    synchronized (waiters) {
      current = map;
      waiters.removeIf(waiter -> {
        boolean ready = map.version().newerThan(waiter.seen());
        return (ready && due.add(waiter)) || waiter.answer().isDone();
      });
    }
    listeners.forEach(listener -> tell(listener, map));
    due.forEach(waiter -> waiter.answer().complete(map));
  }

  /** One listener's bug must not keep the map from the others. */
  private static void tell(Consumer<ShardMap> listener, ShardMap map) {
    try {
      listener.accept(map);
    } catch (RuntimeException bug) {
      LOG.error("a listener failed on shard map {}", map.version(), bug);
    }
  }

  @Override
  public ShardMap current() {
    return current;
  }

  @Override
  public CompletableFuture<ShardMap> newerThan(MapVersion seen) {
    synchronized (waiters) {
      if (current.version().newerThan(seen)) {
        return CompletableFuture.completedFuture(current);
      }
      CompletableFuture<ShardMap> answer = new CompletableFuture<>();
      waiters.add(new Waiter(seen, answer));
      return answer;
    }
  }

  @Override
  public Subscription onChange(Consumer<ShardMap> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
