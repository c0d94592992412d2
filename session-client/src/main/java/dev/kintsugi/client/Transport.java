package dev.kintsugi.client;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

/**
 * Carries single attempts to nodes, over HTTP. It knows no rules: what it sends it sends once, it
 * follows no redirect and repeats nothing, and it waits for an answer until it is told not to.
 * Implementations are thread-safe and never block.
 */
public interface Transport {

  /**
   * Sends one attempt.
   *
   * <p>The future fails with an {@link AttemptFailedException}. Cancelling it abandons the exchange
   * and closes its connection, from any thread. Its dependents run on the transport's threads, and
   * must not block.
   *
   * @param node base address of the node asked
   * @param maxAnswerBytes largest body accepted; never is more of one kept, and the connection of a
   *     larger one is closed
   */
  CompletableFuture<NodeAnswer> send(URI node, ShardRequest request, int maxAnswerBytes);
}
