package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The map that a test sets; nobody is told of it. */
final class SettableMaps implements ShardMaps {

  volatile ShardMap map = ShardMap.EMPTY;

  @Override
  public ShardMap current() {
    return map;
  }

  @Override
  public CompletableFuture<ShardMap> newerThan(MapVersion seen) {
    return new CompletableFuture<>();
  }

  @Override
  public Subscription onChange(Consumer<ShardMap> listener) {
    return () -> {};
  }
}
