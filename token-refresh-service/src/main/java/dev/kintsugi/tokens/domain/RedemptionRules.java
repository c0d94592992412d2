package dev.kintsugi.tokens.domain;

import dev.kintsugi.tokens.domain.GrantRules.Verdict;
import dev.kintsugi.tokens.domain.Redemptions.Begun;
import dev.kintsugi.tokens.domain.Redemptions.Rotation;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a refresh token may be redeemed, and what a redemption leaves behind of which nobody tells
 * the outcome. Pure functions.
 */
public final class RedemptionRules {

  /*
   * A redemption is marked in the store before it begins. Whoever sees its outcome, be it that there
   * was none in time, stores that and with it takes the mark away; so a mark that nobody takes away
   * is that of an instance that died between asking and storing, and its refresh token may have been
   * replaced by one that nobody knows.
   *
   * A live instance that got no answer redeems the same token again: while a provider is away that
   * is all that can be done, and if the lost answer did carry a new token, the grant is lost either
   * way and the provider says so (invalid_grant). After a crash the matter is not worth that:
   * few grants are concerned, and a provider that takes a token for stolen when it comes twice may
   * do more than refuse it.
   */

  /** Of a grant that nobody can redeem any more, because a redemption was broken off. */
  public static final String INTERRUPTED = "interrupted";

  /** A refused token costs a redemption so often at most, whoever says that it was refused. */
  static final Duration REFUSALS_APART = Duration.ofMinutes(1);

  private RedemptionRules() {}

  /** Whether a redemption may begin. */
  public sealed interface Start {
    /** It may. */
    record Free() implements Start {}

    /** Another one has begun, and who began it may yet tell of it: look again after a while. */
    record Wait(Duration left) implements Start {}

    /** Another one was broken off, and the token must not be shown again. */
    record Broken(Begun begun) implements Start {}
  }

  /**
   * Whether the holder of a grant's lease may redeem its refresh token.
   *
   * @param sighted since when this holder has seen the mark that is there now
   * @param patience for which whoever began is given time to tell, counted from then: it may live,
   *     and have waited for the store as we did
   * @param reuseWindow for which the provider goes on accepting a refresh token that it has
   *     replaced, counted from its first redemption. One that began later than this by our clock
   *     was begun by another clock, by which the window may be over
   */
  public static Start start(
      Grant grant, Duration sighted, Duration patience, Duration reuseWindow, Instant now) {
    Optional<Begun> begun = grant.redemptions().begun();
    if (begun.isEmpty() || grant.redemptions().rotation() == Rotation.KEEPS) {
      return new Start.Free();
    }
    Duration since = Duration.between(begun.get().at(), now);
    if (reuseWindow.isPositive() && since.abs().compareTo(reuseWindow) <= 0) {
      return new Start.Free();
    }
    return sighted.compareTo(patience) < 0
        ? new Start.Wait(patience.minus(sighted))
        : new Start.Broken(begun.get());
  }

  /** The state to be stored before the refresh token is sent. */
  public static Grant begin(Grant grant, long number, Instant now) {
    return grant.with(grant.redemptions().begin(number, now));
  }

  /** The same where it begins because the token was refused before its end. */
  public static Grant beginRefused(Grant grant, long number, Instant now) {
    return grant.with(grant.redemptions().begin(number, now).refused(now));
  }

  /**
   * For how long no redemption may begin because a token was refused; empty: one may. A time that
   * lies further ahead than clocks differ holds nobody up.
   */
  public static Optional<Duration> untilNextRefusal(Grant grant, Instant now) {
    return grant
        .redemptions()
        .refusedAt()
        .map(at -> Duration.between(now, at).plus(REFUSALS_APART))
        .filter(Duration::isPositive)
        .filter(left -> left.compareTo(REFUSALS_APART.multipliedBy(2)) <= 0);
  }

  /**
   * What to do with a redemption that has brought nothing, nor ever will: whoever comes next may
   * begin another one.
   *
   * @param number under which it began
   */
  public static Verdict failed(Optional<Grant> current, long number) {
    if (current.isEmpty()) {
      return new Verdict.Orphaned();
    }
    Grant grant = current.get();
    boolean ours = grant.redemptions().begun().filter(it -> it.number() == number).isPresent();
    return ours
        ? new Verdict.Store(grant.with(grant.redemptions().end()))
        : new Verdict.Superseded(grant);
  }

  /** What to do with a grant whose redemption was broken off. */
  public static Verdict broken(Optional<Grant> current, Begun begun) {
    if (current.isEmpty()) {
      return new Verdict.Orphaned();
    }
    Grant grant = current.get();
    return grant.isDead() || !grant.redemptions().begun().equals(Optional.of(begun))
        ? new Verdict.Superseded(grant)
        : new Verdict.Store(grant.dead(INTERRUPTED));
  }
}
