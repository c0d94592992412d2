package dev.kintsugi.tokens.runtime;

import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.GrantRules;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.runtime.GrantStore.Found;
import dev.kintsugi.tokens.runtime.GrantStore.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes grants in and gives them up. Blocks; call it on virtual threads. Thread-safe. */
public final class GrantDesk {

  private static final Logger LOG = LoggerFactory.getLogger(GrantDesk.class);
  private static final int ATTEMPTS = 8;

  /**
   * A grant that was handed in.
   *
   * @param created false: there was one under this key
   */
  public record Put(Grant grant, boolean created) {}

  /**
   * A grant and when it was last used.
   *
   * @param countsUntil the earliest of the end of its access token, the end that is to be reckoned
   *     with by what other tokens' did, and those of the session; empty: there is no access token
   */
  public record Facts(Grant grant, Instant lastUsed, Optional<Instant> countsUntil) {}

  private final GrantStore store;
  private final Providers providers;
  private final Planner planner;
  private final Revoker revoker;
  private final TokenMemory memory;
  private final TokenLives lives;
  private final RefreshSettings settings;
  private final Surroundings around;

  GrantDesk(
      GrantStore store,
      Providers providers,
      Planner planner,
      Revoker revoker,
      TokenMemory memory,
      TokenLives lives,
      RefreshSettings settings,
      Surroundings around) {
    this.store = store;
    this.providers = providers;
    this.planner = planner;
    this.revoker = revoker;
    this.memory = memory;
    this.lives = lives;
    this.settings = settings;
    this.around = around;
  }

  /**
   * Stores a grant in place of what was there.
   *
   * @return empty if others changed the grant again and again meanwhile
   */
  public Optional<Put> put(GrantKey key, Submission submission) {
    Duration assumed = providers.find(submission.provider()).orElseThrow().assumedLifetime();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Instant now = around.now();
      Found found = store.load(key);
      Grant grant = GrantRules.put(key, found.grant(), submission, assumed, now);
      // Planned first: a task that finds no grant does no harm, a grant without a task would wait.
      planner.plan(grant, now);
      if (store.put(grant, found.revision(), now, settings.keep()) == Stored.DONE) {
        memory.keep(grant);
        planAgain(grant, now);
        return Optional.of(new Put(grant, found.grant().isEmpty()));
      }
    }
    return Optional.empty();
  }

  /** What was planned may have come due, and been found to be nothing, before it was stored. */
  private void planAgain(Grant grant, Instant now) {
    try {
      planner.plan(grant, now);
    } catch (StoreUnavailableException unreachable) {
      LOG.debug("grant {} was planned before it was stored", grant.key());
    }
  }

  /**
   * Everything about a grant but its tokens.
   *
   * @param only as in {@link TokenDesk#accessToken}
   */
  public Optional<Facts> facts(GrantKey key, Optional<UserId> only) {
    return store.load(key) instanceof Found.Present(Grant grant, long _, Instant lastUsed)
            && (only.isEmpty() || only.get().equals(grant.user()))
        ? Optional.of(new Facts(grant, lastUsed, countsUntil(grant, lastUsed)))
        : Optional.empty();
  }

  private Optional<Instant> countsUntil(Grant grant, Instant lastUsed) {
    Optional<Instant> idleEnd =
        Optional.of(grant.idleTimeout()).filter(Duration::isPositive).map(lastUsed::plus);
    return lives
        .reliable(grant, around.now())
        .map(token ->
            Stream.of(Optional.of(token.expiresAt()), idleEnd, grant.sessionEndsAt())
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder())
                .orElseThrow());
  }

  /** Deletes a grant, also against a renewal under way, and has its tokens revoked. */
  public void delete(GrantKey key) {
    try {
      revoker.delete(key);
    } finally {
      // Also where the store does not say: whoever signs out is not served from memory.
      memory.drop(key);
    }
  }
}
