package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether a grant can still stand for its session. Pure functions. */
public final class VerdictRules {

  /** How long a verdict may be relied on at most, and with it how late a revocation is noticed. */
  public static final Duration LONGEST_USE = Duration.ofMinutes(5);

  /** Of a grant that was deleted. */
  public static final String DELETED = "deleted";

  private VerdictRules() {}

  /**
   * The verdict on a grant. An access token that has ended does no harm while the refresh token
   * lives; one that the provider did not issue does.
   *
   * @param check of the access token; {@link TokenCheck.Unchecked} where there is none
   * @param skew by how much the clocks of provider and service may differ
   */
  public static GrantVerdict of(Grant grant, TokenCheck check, Instant now, Duration skew) {
    if (grant.isDead()) {
      return revoked(grant, grant.deadReason().orElseThrow());
    }
    if (check instanceof TokenCheck.Forged(String reason)) {
      return revoked(grant, reason);
    }
    if (grant.isRefreshable()) {
      return new GrantVerdict.Valid(LONGEST_USE);
    }
    Instant end = grant.access().map(AccessToken::expiresAt).orElse(Instant.MIN);
    if (check instanceof TokenCheck.Sound(var own) && own.isPresent() && own.get().isBefore(end)) {
      end = own.get();
    }
    if (end.equals(Instant.MIN) || !now.isBefore(end.plus(skew))) {
      return revoked(grant, "expired");
    }
    Duration left = Duration.between(now, end.plus(skew));
    return new GrantVerdict.Valid(left.compareTo(LONGEST_USE) < 0 ? left : LONGEST_USE);
  }

  private static GrantVerdict revoked(Grant grant, String reason) {
    return new GrantVerdict.Revoked(reason, Optional.of(grant.user()));
  }
}
