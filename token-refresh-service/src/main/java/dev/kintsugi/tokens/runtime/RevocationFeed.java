package dev.kintsugi.tokens.runtime;

import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.GrantKey;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where everybody who serves sessions hears of grants that have come to an end. Thread-safe. */
@FunctionalInterface
public interface RevocationFeed {

  /** Tells nobody. */
  RevocationFeed NONE = CompletableFuture::completedFuture;

  /**
   * A grant's end.
   *
   * @param user whose it was; empty: not known any more
   */
  record Ended(GrantKey key, Optional<UserId> user, Instant at, String reason) {}

  /**
   * Tells of it; must not block. Completes with it once that is durable; fails where it is not
   * going to be soon, and goes on trying. Telling twice does no harm.
   */
  CompletableFuture<Ended> tell(Ended ended);
}
