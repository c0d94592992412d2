package dev.kintsugi.tokens.runtime;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What this instance decided lately, to be looked at. Thread-safe. */
public final class Decisions {

  private static final int MOST_USERS = 20_000;
  private static final int PER_USER = 20;

  /**
   * A decision about a grant's token.
   *
   * @param tokenIssued when the token was issued that the decision was about; empty: there was none
   * @param tokenEnds when it ends
   * @param cost of a renewal in stalls
   */
  public record Decided(
      GrantKey grant,
      Instant at,
      Optional<Instant> tokenIssued,
      Optional<Instant> tokenEnds,
      Decision decision,
      double cost) {}

  private final Cache<UserKey, Deque<Decided>> byUser =
      Caffeine.newBuilder().maximumSize(MOST_USERS).expireAfterWrite(Duration.ofHours(12)).build();

  void add(Grant grant, Decision decision, double cost, Instant now) {
    Decided decided =
        new Decided(
            grant.key(),
            now,
            grant.access().map(AccessToken::issuedAt),
            grant.access().map(AccessToken::expiresAt),
            decision,
            cost);
    Deque<Decided> all = byUser.get(Sleepers.user(grant), _ -> new ArrayDeque<>());
    synchronized (all) {
      all.addFirst(decided);
      if (all.size() > PER_USER) {
        all.removeLast();
      }
    }
  }

  /** The newest decisions about a user's grants, the newest first. */
  public List<Decided> of(UserKey user) {
    Deque<Decided> all = byUser.getIfPresent(user);
    if (all == null) {
      return List.of();
    }
    synchronized (all) {
      return List.copyOf(all);
    }
  }
}
