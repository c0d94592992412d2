package dev.kintsugi.local.demo.replay;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The mail application's own token, fetched anew well before it ends, so that nobody waits for it.
 * Thread-safe.
 */
public final class ApplicationToken {

  private static final Duration FETCH_BEFORE = Duration.ofMillis(2_500);
  private static final Duration WAIT_BEFORE = Duration.ofMillis(700);

  private final Identity identity;
  private final InstantSource clock;
  private final Executor threads;
  private Identity.@Nullable Granted current;
  private @Nullable CompletableFuture<Identity.Granted> pending;

  /**
   * @param threads for the blocking calls of the identity provider
   */
  public ApplicationToken(Identity identity, InstantSource clock, Executor threads) {
    this.identity = identity;
    this.clock = clock;
    this.threads = threads;
  }

  /** A token that is good for a while, at once if there is one. */
  public synchronized CompletableFuture<String> get() {
    Instant now = clock.instant();
    Identity.Granted have = current;
    if (have == null || !now.plus(FETCH_BEFORE).isBefore(have.expiresAt())) {
      CompletableFuture<Identity.Granted> fetching = fetch();
      if (have == null || !now.plus(WAIT_BEFORE).isBefore(have.expiresAt())) {
        return fetching.thenApply(Identity.Granted::accessToken);
      }
    }
    return CompletableFuture.completedFuture(have.accessToken());
  }

  private CompletableFuture<Identity.Granted> fetch() {
    CompletableFuture<Identity.Granted> fetching = pending;
    if (fetching == null) {
      // On another thread, so that it cannot be done before it is pending.
      fetching =
          CompletableFuture.supplyAsync(identity::application, threads)
              .whenComplete((granted, _) -> fetched(granted));
      pending = fetching;
    }
    return fetching;
  }

  private synchronized void fetched(Identity.@Nullable Granted granted) {
    pending = null;
    if (granted != null) {
      current = granted;
    }
  }
}
