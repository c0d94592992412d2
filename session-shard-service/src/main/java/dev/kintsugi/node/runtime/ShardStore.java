package dev.kintsugi.node.runtime;

import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Request;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The shards of this node, as adapters ask for them. Thread-safe. */
public interface ShardStore {

  /**
   * Carries a request out. The future never fails: what goes wrong is an {@link Answer.Refused} or
   * an {@link Answer.Unknown}. A request for a slot that this node is about to own waits.
   *
   * @param patience after which the answer is {@code UNAVAILABLE} (nothing was appended), {@code
   *     Unknown} (a write was under way), or, for a {@link Request.Watch}, the unchanged shard
   */
  CompletableFuture<Answer> submit(Request request, Duration patience);

  /** The version of the shard map that this node goes by. */
  MapVersion mapVersion();
}
