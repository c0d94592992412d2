package dev.kintsugi.tokens.domain;

import dev.kintsugi.core.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One OAuth 2.0 authorization of one session.
 *
 * <pre>
 *   put ──► live ──refreshed──► live (next generation)
 *            │ ▲
 *    refused │ └── the answer of a redemption begun before arrives after all
 *            ▼
 *           dead ──put──► live
 * </pre>
 *
 * <p>What leads from one state to the next is decided by {@link GrantRules} and {@link
 * RedemptionRules}.
 *
 * @param provider the name of a configured provider
 * @param refreshToken empty: cannot be refreshed
 * @param access empty: there is none at the moment
 * @param scope as granted, space-separated; empty: as requested
 * @param generation grows with every change of tokens
 * @param idleTimeout without use for longer it is not refreshed ahead; zero: always
 * @param deadReason why the provider does not accept it any more; empty: it lives
 * @param putDigest of the last refresh tokens as the application gave them, the newest first, with
 *     spaces between, so that a repeated call is known; empty: it gave none
 * @param redemptions what is known of those of its refresh tokens
 * @param sessionEndsAt when the session ends however much it is used; empty: it may go on
 */
public record Grant(
    GrantKey key,
    UserId user,
    String provider,
    Optional<Secret> refreshToken,
    Optional<AccessToken> access,
    String scope,
    long generation,
    Duration idleTimeout,
    Optional<String> deadReason,
    String putDigest,
    Redemptions redemptions,
    Optional<Instant> sessionEndsAt) {

  /** A grant whose session may go on for as long as it is used. */
  public Grant(
      GrantKey key,
      UserId user,
      String provider,
      Optional<Secret> refreshToken,
      Optional<AccessToken> access,
      String scope,
      long generation,
      Duration idleTimeout,
      Optional<String> deadReason,
      String putDigest,
      Redemptions redemptions) {
    this(
        key,
        user,
        provider,
        refreshToken,
        access,
        scope,
        generation,
        idleTimeout,
        deadReason,
        putDigest,
        redemptions,
        Optional.empty());
  }

  /** Such a grant that was never redeemed. */
  public Grant(
      GrantKey key,
      UserId user,
      String provider,
      Optional<Secret> refreshToken,
      Optional<AccessToken> access,
      String scope,
      long generation,
      Duration idleTimeout,
      Optional<String> deadReason,
      String putDigest) {
    this(
        key,
        user,
        provider,
        refreshToken,
        access,
        scope,
        generation,
        idleTimeout,
        deadReason,
        putDigest,
        Redemptions.NONE);
  }

  public boolean isDead() {
    return deadReason.isPresent();
  }

  public boolean isRefreshable() {
    return !isDead() && refreshToken.isPresent();
  }

  /** The access token, if it can be handed out. */
  public Optional<AccessToken> goodToken(Instant now, Duration margin) {
    return isDead() ? Optional.empty() : access.filter(token -> token.isGood(now, margin));
  }

  Grant withTokens(
      Optional<Secret> newRefreshToken, AccessToken newAccess, Optional<String> newScope) {
    boolean rotated = newRefreshToken.isPresent() && !newRefreshToken.equals(refreshToken);
    return new Grant(
        key,
        user,
        provider,
        newRefreshToken.or(() -> refreshToken),
        Optional.of(newAccess),
        newScope.orElse(scope),
        generation + 1,
        idleTimeout,
        Optional.empty(),
        putDigest,
        redemptions.succeed(rotated),
        sessionEndsAt);
  }

  Grant dead(String reason) {
    return new Grant(
        key,
        user,
        provider,
        refreshToken,
        Optional.empty(),
        scope,
        generation + 1,
        idleTimeout,
        Optional.of(reason),
        putDigest,
        redemptions.end(),
        sessionEndsAt);
  }

  Grant withEnds(Duration timeout, Optional<Instant> endsAt) {
    return new Grant(
        key,
        user,
        provider,
        refreshToken,
        access,
        scope,
        generation,
        timeout,
        deadReason,
        putDigest,
        redemptions,
        endsAt);
  }

  Grant with(Redemptions known) {
    return new Grant(
        key,
        user,
        provider,
        refreshToken,
        access,
        scope,
        generation,
        idleTimeout,
        deadReason,
        putDigest,
        known,
        sessionEndsAt);
  }
}
