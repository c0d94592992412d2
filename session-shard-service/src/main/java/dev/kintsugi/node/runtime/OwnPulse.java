package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Incarnation;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Whether this node may say that it is well, on lines that others keep open to it. A node whose
 * loop stands still serves nobody, so it sends no pulse either, although its web server would.
 * Thread-safe.
 */
public final class OwnPulse {

  /** Longer than the loop needs for its largest batch, shorter than dead-after. */
  private static final Duration STANDSTILL = Duration.ofMillis(500);

  private final StatusSource source;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  public OwnPulse(StatusSource source) {
    this.source = source;
  }

  /** The incarnation that is well; empty while the loop stands still. */
  public Optional<Incarnation> beat() {
    return source.statusAge().compareTo(STANDSTILL) > 0
        ? Optional.empty()
        : Optional.of(source.status().incarnation());
  }

  /** Completes when the node ends: whoever listens is told at once, and holds nothing up. */
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /** No more pulses from here on. */
  public void end() {
    ended.complete(null);
  }
}
