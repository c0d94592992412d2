package dev.kintsugi.node.domain;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What the area {@code session} says about its session. All times are whole milliseconds: what is
 * finer is cut off. The first millisecond of 1970 stands for no activity, as on the log.
 *
 * @param createdAt to the millisecond
 * @param idleTimeout empty for none
 * @param absoluteTimeout from creation; empty for none
 * @param grantId the session's OAuth grant at the token service, if it has one
 * @param lastActiveAt the last activity that was written down, which is done only where there is an
 *     idle timeout, and at most once per {@link Lifetimes#interval}; empty for none since creation
 */
public record SessionFacts(
    State state,
    Instant createdAt,
    Optional<Duration> idleTimeout,
    Optional<Duration> absoluteTimeout,
    Optional<String> grantId,
    Optional<Instant> lastActiveAt) {

  /** Facts of a session in which nothing went on since its creation. */
  public SessionFacts(
      State state,
      Instant createdAt,
      Optional<Duration> idleTimeout,
      Optional<Duration> absoluteTimeout,
      Optional<String> grantId) {
    this(state, createdAt, idleTimeout, absoluteTimeout, grantId, Optional.empty());
  }

  public SessionFacts {
    createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS);
    idleTimeout = idleTimeout.map(timeout -> timeout.truncatedTo(ChronoUnit.MILLIS));
    absoluteTimeout = absoluteTimeout.map(timeout -> timeout.truncatedTo(ChronoUnit.MILLIS));
    lastActiveAt =
        lastActiveAt
            .map(at -> at.truncatedTo(ChronoUnit.MILLIS))
            .filter(at -> !at.equals(Instant.EPOCH));
  }

  /** Where a session stands in its life. States only ever advance. */
  public enum State {
    LIVE,
    /** Areas are being told; nobody may use the session any more. */
    ENDING,
    /** Every area has been told. */
    ENDED
  }

  public SessionFacts withState(State next) {
    return new SessionFacts(next, createdAt, idleTimeout, absoluteTimeout, grantId, lastActiveAt);
  }

  /** The session as of then, where its times lie in the future: nothing has gone on since. */
  SessionFacts backTo(Instant at) {
    Instant made = createdAt.isAfter(at) ? at : createdAt;
    return new SessionFacts(state, made, idleTimeout, absoluteTimeout, grantId, Optional.of(at));
  }

  /** Activity never goes back. */
  SessionFacts activeAt(Instant at) {
    boolean newer = at.isAfter(Lifetimes.lastActive(this));
    return newer
        ? new SessionFacts(state, createdAt, idleTimeout, absoluteTimeout, grantId, Optional.of(at))
        : this;
  }
}
