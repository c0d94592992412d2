package dev.kintsugi.node.runtime.grants;

import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.node.domain.GrantRef;
import dev.kintsugi.node.domain.GrantRevoked;
import dev.kintsugi.node.domain.GrantStanding;
import dev.kintsugi.node.domain.GrantUse;
import dev.kintsugi.node.domain.GrantVerdict;
import dev.kintsugi.node.domain.Revocations;
import dev.kintsugi.node.domain.Revocations.Concern;
import dev.kintsugi.node.domain.Revocations.Heard;
import dev.kintsugi.node.domain.Verdicts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * {@link Verdicts} and {@link Revocations} of this node behind one lock, which is held for look-ups
 * only, and for the answers of one question. Thread-safe.
 */
final class GrantBook {

  /** What is known of a session's grant at the moment. */
  sealed interface Known {
    /** This is what to go by. */
    record Settled(GrantStanding standing) implements Known {}

    /**
     * Its revocation was heard of, at about the time when the session was made: only what the token
     * service says from now on can tell whether they belong together.
     */
    record Doubtful(String reason) implements Known {}
  }

  private final Verdicts verdicts;
  private final Revocations revocations;
  private final LongSupplier ticker;
  private final Duration skew;

  GrantBook(
      Verdicts.Settings settings,
      int mostHeard,
      Duration keep,
      ToIntFunction<PlacementKey> slotOf,
      LongSupplier ticker,
      Duration skew) {
    this.ticker = ticker;
    this.skew = skew;
    this.verdicts = new Verdicts(settings, ticker.getAsLong());
    this.revocations = new Revocations(mostHeard, keep, slotOf);
  }

  /**
   * What is known.
   *
   * @param sinceNanos since when the session is served here
   */
  synchronized Known known(GrantUse use, long sinceNanos) {
    Optional<Heard> heard = revocations.of(use);
    if (heard.isPresent()) {
      GrantRevoked word = heard.get().word();
      switch (Revocations.concern(word, use.createdAt(), skew)) {
        case CERTAIN -> {
          return new Known.Settled(new GrantStanding.Revoked(word.reason()));
        }
        case DOUBTFUL -> {
          return doubtful(use, heard.get());
        }
        case NONE -> {}
      }
    }
    return new Known.Settled(verdicts.judge(use, sinceNanos, ticker.getAsLong()));
  }

  private Known doubtful(GrantUse use, Heard heard) {
    return verdicts
        .since(use.grant(), heard.heardNanos())
        .<Known>map(verdict ->
            new Known.Settled(
                switch (verdict) {
                  case GrantVerdict.Revoked(String reason, var user) when use.mayBeOf(user) ->
                      new GrantStanding.Revoked(reason);
                  case GrantVerdict.Revoked _, GrantVerdict.Valid _, GrantVerdict.Unknown _ ->
                      new GrantStanding.Clear();
                }))
        .orElseGet(() -> new Known.Doubtful(heard.word().reason()));
  }

  /** Why the grant of a session was revoked, as far as that was heard of. */
  synchronized Optional<String> heardOf(GrantUse use) {
    return revocations
        .of(use)
        .map(Heard::word)
        .filter(word -> Revocations.concern(word, use.createdAt(), skew) != Concern.NONE)
        .map(GrantRevoked::reason);
  }

  synchronized Heard hear(GrantRevoked word, Optional<PlacementKey> placement) {
    return revocations.add(word, placement, ticker.getAsLong());
  }

  synchronized List<Heard> heardOfSlot(int slot) {
    return revocations.ofSlot(slot);
  }

  synchronized Optional<GrantRevoked> lastOf(PlacementKey placement) {
    return revocations.lastOf(placement);
  }

  synchronized void forgetPlaces() {
    revocations.forgetPlaces();
  }

  synchronized void note(GrantRef grant, SessionId session) {
    verdicts.note(grant, session, ticker.getAsLong());
  }

  synchronized void created(GrantRef grant, SessionId session) {
    verdicts.created(grant, session, ticker.getAsLong());
  }

  synchronized void forget(GrantRef grant, SessionId session) {
    verdicts.forget(grant, session);
  }

  synchronized boolean want(GrantRef grant, SessionId session) {
    return verdicts.want(grant, session, ticker.getAsLong());
  }

  synchronized List<SessionId> sessionsOf(GrantRef grant) {
    return verdicts.sessionsOf(grant);
  }

  synchronized Optional<Verdicts.Question> next() {
    revocations.expire(ticker.getAsLong());
    return verdicts.next(ticker.getAsLong());
  }

  synchronized List<Verdicts.Found> answered(
      Verdicts.Question question, Map<GrantRef, GrantVerdict> answers) {
    return verdicts.answered(question, answers, ticker.getAsLong());
  }

  synchronized void failed(Verdicts.Question question) {
    verdicts.failed(question, ticker.getAsLong());
  }

  synchronized boolean silent() {
    return verdicts.silent();
  }

  synchronized int size() {
    return verdicts.size();
  }

  synchronized int heard() {
    return revocations.size();
  }
}
