package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Grants that were not renewed because their users seemed to be gone. Whoever is active again is
 * decided about anew, before the token is asked for. Thread-safe.
 */
final class Sleepers {

  private static final int MOST_USERS = 100_000;
  private static final int MOST_GRANTS = 16;

  private final Cache<UserKey, Set<GrantKey>> asleep =
      Caffeine.newBuilder().maximumSize(MOST_USERS).expireAfterWrite(Duration.ofDays(1)).build();

  void sleep(Grant grant) {
    asleep
        .asMap()
        .compute(
            user(grant),
            (_, known) -> {
              Set<GrantKey> all = known == null ? ConcurrentHashMap.newKeySet() : known;
              if (all.size() < MOST_GRANTS) {
                all.add(grant.key());
              }
              return all;
            });
  }

  /** Whether the grant sleeps: nobody has waked its user. */
  boolean sleeps(Grant grant) {
    Set<GrantKey> all = asleep.getIfPresent(user(grant));
    return all != null && (all.contains(grant.key()) || all.size() >= MOST_GRANTS);
  }

  /** Lets a grant sleep no more; whether it did. */
  boolean remove(Grant grant) {
    boolean slept = sleeps(grant);
    asleep
        .asMap()
        .computeIfPresent(
            user(grant),
            (_, all) -> {
              all.remove(grant.key());
              return all.isEmpty() ? null : all;
            });
    return slept;
  }

  /** The grants of a user who is active again; they sleep no more. */
  Set<GrantKey> wake(UserKey user) {
    Set<GrantKey> all = asleep.asMap().remove(user);
    return all == null ? Set.of() : all;
  }

  static UserKey user(Grant grant) {
    return new UserKey(grant.key().application(), grant.user());
  }
}
