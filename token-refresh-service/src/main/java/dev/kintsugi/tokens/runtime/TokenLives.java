package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.EarlyDeaths;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.runtime.TokenEvents.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * For how long each provider's access tokens can be counted on, by what this instance has seen of
 * them. Thread-safe.
 *
 * <p>It bears on when tokens are renewed ahead. What is good by its own end is handed out.
 */
public final class TokenLives {

  private final Map<String, EarlyDeaths> byProvider = new ConcurrentHashMap<>();

  /**
   * The provider has given another token for the grant's.
   *
   * @param redeemed as it was before
   */
  void renewed(Grant redeemed, Instant lastUsed, Trigger trigger, Instant now) {
    EarlyDeaths deaths = byProvider.computeIfAbsent(redeemed.provider(), _ -> new EarlyDeaths());
    synchronized (deaths) {
      switch (trigger) {
        case REFUSED -> deaths.died(redeemed, now);
        case AHEAD -> deaths.lived(redeemed, lastUsed, now);
        // The use before the one that waits is not known any more.
        case STALL -> {}
      }
    }
  }

  /** The grant's access token with the end that is to be reckoned with. */
  Optional<AccessToken> reliable(Grant grant, Instant now) {
    @Nullable EarlyDeaths deaths = byProvider.get(grant.provider());
    if (deaths == null) {
      return grant.access();
    }
    synchronized (deaths) {
      return grant.access().map(token -> deaths.reliable(token, now));
    }
  }

  /** The age up to which a provider's tokens are counted on; empty: their whole life. */
  public Optional<Duration> reliable(String provider, Instant now) {
    @Nullable EarlyDeaths deaths = byProvider.get(provider);
    if (deaths == null) {
      return Optional.empty();
    }
    synchronized (deaths) {
      return deaths.reliable(now);
    }
  }
}
