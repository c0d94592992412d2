package dev.kintsugi.node.domain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the area {@code session} says about its session.
 *
 * @param idleTimeout empty for none
 * @param absoluteTimeout from creation; empty for none
 * @param grantId the session's OAuth grant at the token service, if it has one
 */
public record SessionFacts(
    State state,
    Instant createdAt,
    Optional<Duration> idleTimeout,
    Optional<Duration> absoluteTimeout,
    Optional<String> grantId) {

  /** Where a session stands in its life. States only ever advance. */
  public enum State {
    LIVE,
    /** Areas are being told; nobody may use the session any more. */
    ENDING,
    /** Every area has been told. */
    ENDED
  }

  public SessionFacts withState(State next) {
    return new SessionFacts(next, createdAt, idleTimeout, absoluteTimeout, grantId);
  }
}
