package dev.kintsugi.node.runtime.grants;

import dev.kintsugi.node.domain.GrantRef;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for an answer of the token service about which grant. A grant is in it while somebody
 * waits for it, and no longer, whether or not it is ever answered. Thread-safe; constant time.
 */
final class AwaitedVerdicts {

  private static final class Crowd {
    private final CompletableFuture<@Nullable Void> come = new CompletableFuture<>();
    private int waiting;
  }

  /** Of one that waits. To be left once, whatever comes of it; leaving it again does nothing. */
  final class Place {
    private final GrantRef grant;
    private final Crowd crowd;
    private final AtomicBoolean left = new AtomicBoolean();

    private Place(GrantRef grant, Crowd crowd) {
      this.grant = grant;
      this.crowd = crowd;
    }

    /** Completes when a question about the grant was answered, or was not. Not to be completed. */
    CompletableFuture<@Nullable Void> come() {
      return crowd.come;
    }

    void leave() {
      if (left.compareAndSet(false, true)) {
        crowds.computeIfPresent(
            grant, (_, now) -> now.equals(crowd) && --now.waiting == 0 ? null : now);
      }
    }
  }

  private final Map<GrantRef, Crowd> crowds = new ConcurrentHashMap<>();

  /** From here on no answer is missed. */
  Place await(GrantRef grant) {
    Crowd joined =
        crowds.compute(
            grant,
            (_, now) -> {
              Crowd crowd = now == null ? new Crowd() : now;
              crowd.waiting++;
              return crowd;
            });
    return new Place(grant, joined);
  }

  /** A question about it has come to an end. */
  void come(GrantRef grant) {
    Crowd crowd = crowds.remove(grant);
    if (crowd != null) {
      crowd.come.complete(null);
    }
  }

  int size() {
    return crowds.size();
  }
}
