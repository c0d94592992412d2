package dev.kintsugi.coordinator.runtime;

import dev.kintsugi.coordinator.domain.ProbeResult;
import java.net.URI;
import java.util.concurrent.CompletableFuture;

/** Knocks at a node's door. */
@FunctionalInterface
public interface Prober {

  /** Knocks; must not block. The future always completes, and never with an exception. */
  CompletableFuture<ProbeResult> probe(URI node);
}
