package dev.kintsugi.tokens.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What becomes of a grant. Pure functions. */
public final class GrantRules {

  /*
   * The one rule behind all of this: the outcome of a redemption counts if, and only if, the grant
   * still holds the refresh token that was redeemed. Then it counts even against a verdict that came
   * in between, because of two that redeem the same rotating token the winner's answer is the truth
   * and the loser's invalid_grant its echo.
   */

  /** So many calls of an application are known when they are repeated. */
  private static final int MOST_DIGESTS = 4;

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
   * The state after an application has handed a grant in. A refresh token that was handed in before
   * (a repeated call, be it late) leaves the tokens of a living grant alone: the one given may have
   * been redeemed since, and a provider takes one that comes twice for stolen. Of a dead grant it
   * does so where that is known, or nobody can know. Nor does it move the session's end away, where
   * that was given as a time from now ({@link SessionEnd}).
   */
  public static Grant put(
      GrantKey key, Optional<Grant> current, Submission submission, Duration assumed, Instant now) {
    Optional<Grant> same =
        current
            .filter(known -> known.user().equals(submission.user()))
            .filter(known -> known.provider().equals(submission.provider()));
    List<String> earlier = same.map(known -> digests(known.putDigest())).orElse(List.of());
    String digest = submission.digest();
    if (same.isPresent()
        && earlier.contains(digest)
        && (!same.get().isDead() || isSpent(same.get(), digest, earlier.getFirst()))) {
      Optional<Instant> before = same.get().sessionEndsAt();
      return same.get()
          .withEnds(submission.idleTimeout(), submission.end().map(end -> end.again(before, now)));
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
        remembered(digest, earlier),
        same.map(known -> known.redemptions().end()).orElse(Redemptions.NONE),
        submission.end().map(end -> end.first(now)));
  }

  /** Whether the token handed in last has been replaced since, or may have been. */
  private static boolean isSpent(Grant dead, String digest, String newest) {
    return digest.equals(newest)
        && (dead.deadReason().filter(RedemptionRules.INTERRUPTED::equals).isPresent()
            || !digest.equals(Submission.digest(dead.refreshToken())));
  }

  private static List<String> digests(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
  }

  private static String remembered(String newest, List<String> earlier) {
    return Stream.concat(Stream.of(newest), earlier.stream())
        .filter(digest -> !digest.isEmpty())
        .distinct()
        .limit(MOST_DIGESTS)
        .collect(Collectors.joining(" "));
  }
}
