package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What becomes of a grant. Pure functions. */
public final class GrantRules {

  /*
   * The one rule behind all of this: the outcome of a redemption counts if, and only if, the grant
   * still holds the refresh token that was redeemed. Then it counts even against a verdict that came
   * in between, because of two that redeem the same rotating token the winner's answer is the truth
   * and the loser's invalid_grant its echo.
   */

  private GrantRules() {}

  /** What to do with the outcome of a redemption. */
  public sealed interface Verdict {
    /** Store this state in place of the current one. */
    record Store(Grant grant) implements Verdict {}

    /** The grant has moved on without us; this state stands. */
    record Superseded(Grant current) implements Verdict {}

    /** The grant is gone; tokens just received belong to nobody. */
    record Orphaned() implements Verdict {}
  }

  /**
   * What to do with tokens just received.
   *
   * @param current as stored now; empty: deleted
   * @param redeemed as it was when its refresh token was sent to the provider
   * @param assumed the lifetime of an access token of which the provider says none
   */
  public static Verdict granted(
      Optional<Grant> current,
      Grant redeemed,
      ProviderAnswer.Granted answer,
      Duration assumed,
      Instant now) {
    if (current.isEmpty()) {
      return new Verdict.Orphaned();
    }
    Grant grant = current.get();
    if (!grant.refreshToken().equals(redeemed.refreshToken())) {
      return new Verdict.Superseded(grant);
    }
    AccessToken access =
        new AccessToken(answer.accessToken(), now, now.plus(answer.lifetime().orElse(assumed)));
    return new Verdict.Store(grant.withTokens(answer.refreshToken(), access, answer.scope()));
  }

  /** What to do with the provider's refusal. */
  public static Verdict refused(Optional<Grant> current, Grant redeemed, String error) {
    if (current.isEmpty()) {
      return new Verdict.Orphaned();
    }
    Grant grant = current.get();
    if (grant.isDead() || !grant.refreshToken().equals(redeemed.refreshToken())) {
      return new Verdict.Superseded(grant);
    }
    return new Verdict.Store(grant.dead(error));
  }

  /**
   * The state after an application has handed a grant in. The same refresh token handed in again (a
   * repeated call) leaves the tokens alone: the one given may have been redeemed since.
   */
  public static Grant put(
      GrantKey key, Optional<Grant> current, Submission submission, Duration assumed, Instant now) {
    boolean repeated =
        current
            .filter(known -> !known.isDead() && known.user().equals(submission.user()))
            .filter(known -> known.provider().equals(submission.provider()))
            .filter(known -> !known.putDigest().isEmpty())
            .filter(known -> known.putDigest().equals(submission.digest()))
            .isPresent();
    if (repeated) {
      return current.orElseThrow().withIdleTimeout(submission.idleTimeout());
    }
    Duration lifetime = submission.lifetime().orElse(assumed);
    return new Grant(
        key,
        submission.user(),
        submission.provider(),
        submission.refreshToken(),
        submission.accessToken().map(token -> new AccessToken(token, now, now.plus(lifetime))),
        submission.scope(),
        current.map(Grant::generation).orElse(0L) + 1,
        submission.idleTimeout(),
        Optional.empty(),
        submission.digest());
  }
}
