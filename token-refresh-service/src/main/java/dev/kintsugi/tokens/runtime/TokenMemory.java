package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import java.time.Duration;
import java.util.Optional;

/** Access tokens that this instance saw last, for when the store does not answer. Thread-safe. */
final class TokenMemory {

  private static final int MOST = 50_000;

  /** What is kept of a grant. */
  record Known(UserId user, AccessToken token, long generation) {}

  private final Cache<GrantKey, Known> known =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(Duration.ofHours(1)).build();

  void keep(Grant grant) {
    grant
        .access()
        .filter(_ -> !grant.isDead())
        .ifPresentOrElse(
            token -> known.put(grant.key(), new Known(grant.user(), token, grant.generation())),
            () -> known.invalidate(grant.key()));
  }

  void drop(GrantKey key) {
    known.invalidate(key);
  }

  Optional<Known> find(GrantKey key) {
    return Optional.ofNullable(known.getIfPresent(key));
  }
}
