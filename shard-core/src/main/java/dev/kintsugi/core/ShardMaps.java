package dev.kintsugi.core;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Where the newest known shard map is to be had. Implementations are thread-safe; a version once
 * returned is never followed by an older one.
 */
public interface ShardMaps {

  /** The newest map seen; {@link ShardMap#EMPTY} before the first. Never blocks. */
  ShardMap current();

  /**
   * Completes as soon as a map newer than {@code seen} is known, at once if one is already. It
   * never fails; callers bound the wait themselves.
   */
  CompletableFuture<ShardMap> newerThan(MapVersion seen);

  /**
   * Calls {@code listener} for each map that becomes the newest, in order, on the follower's own
   * thread; it must not block and must not throw.
   *
   * @return closes the subscription
   */
  Subscription onChange(Consumer<ShardMap> listener);

  /** A listener's registration. */
  @FunctionalInterface
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
