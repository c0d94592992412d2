package dev.kintsugi.node.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When sessions are due to end, and end marks to go. Pure. */
public final class Lifetimes {
  /*
   * An end mark keeps an id from being used again. Who could still try? A request under way: at
   * most two minutes. An idempotency key, that of the creation above all: its id is looked for in
   * the window of its making and in the one after, so two hours. Anything later is refused because
   * the session's owner knows of no such session, and no id is ever made twice. Three hours cover
   * both with an hour to spare for clocks that disagree.
   */

  /** How long an end mark stays. */
  public static final Duration END_MARK = Duration.ofHours(3);

  /** By how much two clocks that are kept right may differ at most. */
  private static final Duration CLOCKS = Duration.ofSeconds(60);

  private static final int INTERVALS_PER_TIMEOUT = 10;
  private static final int INTERVALS_PER_SHORT_TIMEOUT = 4;
  private static final Duration SHORT_INTERVAL = Duration.ofSeconds(60);
  private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);
  private static final Duration HALF_ENDED = Duration.ofMinutes(1);

  /** Why a session is due to end. */
  public enum Due {
    /** It is older than it may become, whatever goes on in it. */
    ABSOLUTE,
    /** Nothing went on in it for too long, as far as its facts say: the areas may know better. */
    IDLE
  }

  private Lifetimes() {}

  /**
   * How often activity is written down at most: a quarter of the timeout or 60 s, whichever is
   * shorter; from a timeout of ten minutes on a tenth of it, 5 min at most.
   */
  public static Duration interval(Duration idleTimeout) {
    Duration ofShort = shorter(idleTimeout.dividedBy(INTERVALS_PER_SHORT_TIMEOUT), SHORT_INTERVAL);
    Duration ofLong = shorter(idleTimeout.dividedBy(INTERVALS_PER_TIMEOUT), LONGEST_INTERVAL);
    return ofShort.compareTo(ofLong) > 0 ? ofShort : ofLong;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** The last activity that the log knows of; the creation where there was none since. */
  public static Instant lastActive(SessionFacts facts) {
    return facts.lastActiveAt().orElse(facts.createdAt());
  }

  /** When the session ends unless something goes on in it; empty for never. */
  public static Optional<Instant> idleEnd(SessionFacts facts) {
    return facts.idleTimeout().map(lastActive(facts)::plus);
  }

  /** When the session ends in any case; empty for never. */
  public static Optional<Instant> absoluteEnd(SessionFacts facts) {
    return facts.absoluteTimeout().map(facts.createdAt()::plus);
  }

  /**
   * Whether a living session is due.
   *
   * @param now the owner's wall clock
   */
  public static Optional<Due> due(SessionFacts facts, Instant now) {
    if (facts.state() != SessionFacts.State.LIVE) {
      return Optional.empty();
    }
    if (absoluteEnd(facts).filter(end -> !now.isBefore(end)).isPresent()) {
      return Optional.of(Due.ABSOLUTE);
    }
    return idleEnd(facts).filter(end -> !now.isBefore(end)).map(_ -> Due.IDLE);
  }

  /**
   * Whether a living session was made or used so far in the future that a clock must have been
   * wrong: by that much it would outlive its timeouts.
   *
   * @param now the owner's wall clock
   */
  public static boolean isAhead(SessionFacts facts, Instant now) {
    Instant farthest = now.plus(CLOCKS);
    return facts.state() == SessionFacts.State.LIVE
        && (facts.createdAt().isAfter(farthest) || lastActive(facts).isAfter(farthest));
  }

  /** Whether the shard is one that will be due some time. */
  static boolean isTimed(Shard shard) {
    return shard.ended()
        || shard
            .facts()
            .filter(facts ->
                facts.state() != SessionFacts.State.LIVE
                    || facts.idleTimeout().isPresent()
                    || facts.absoluteTimeout().isPresent())
            .isPresent();
  }

  /**
   * How long until the shard has to be looked at; zero or less: now; empty: never.
   *
   * @param endMark how long end marks stay
   */
  static Optional<Duration> untilDue(Shard shard, Instant now, Duration endMark) {
    if (isEndMark(shard)) {
      return Optional.of(atMost(endMark, Duration.between(now, endedAt(shard).plus(endMark))));
    }
    if (shard.facts().isEmpty()) {
      return Optional.empty();
    }
    SessionFacts facts = shard.facts().get();
    if (facts.state() == SessionFacts.State.ENDING) {
      return Optional.of(HALF_ENDED);
    }
    // A clock that was set back must not lengthen a session by more than its timeout.
    Optional<Duration> idle =
        facts
            .idleTimeout()
            .map(
                timeout -> atMost(timeout, Duration.between(now, lastActive(facts).plus(timeout))));
    Optional<Duration> absolute =
        facts
            .absoluteTimeout()
            .map(
                timeout -> atMost(timeout, Duration.between(now, facts.createdAt().plus(timeout))));
    if (idle.isPresent() && absolute.isPresent()) {
      return Optional.of(atMost(idle.get(), absolute.get()));
    }
    return idle.isPresent() ? idle : absolute;
  }

  /** Whether nothing is left of the shard but that its session has ended. */
  static boolean isEndMark(Shard shard) {
    return shard.ended()
        || shard.facts().filter(facts -> facts.state() == SessionFacts.State.ENDED).isPresent();
  }

  /** An id that was taken out of use has no end of its own: then its writing counts. */
  private static Instant endedAt(Shard shard) {
    return shard
        .endedAt()
        .orElseGet(
            () -> shard.requests().isEmpty() ? Instant.EPOCH : shard.requests().getLast().at());
  }

  private static Duration atMost(Duration most, Duration value) {
    return value.compareTo(most) < 0 ? value : most;
  }
}
