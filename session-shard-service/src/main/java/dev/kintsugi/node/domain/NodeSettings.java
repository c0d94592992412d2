package dev.kintsugi.node.domain;

import java.time.Duration;

/**
 * What a node is told of its surroundings once and for all.
 *
 * @param compactionLag for how long the slot logs keep every record
 * @param memoryLimit the weight of its copies in bytes from which on it takes no new sessions
 * @param endMark how long an ended session's mark stays; must exceed the life of everything that
 *     could use the session's id again
 * @param sessionsPerUser how many sessions of one application a user may have at once; 0: any
 *     number
 * @param checkInterval between two comparisons of a slot's replicas. Shorter: more records; longer:
 *     a copy that went wrong is found later
 */
public record NodeSettings(
    Duration compactionLag,
    long memoryLimit,
    Duration endMark,
    int sessionsPerUser,
    Duration checkInterval) {

  private static final Duration CHECKS = Duration.ofSeconds(30);

  public NodeSettings {
    if (sessionsPerUser < 0) {
      throw new IllegalArgumentException(
          "sessions per user must be 0 or more, got " + sessionsPerUser);
    }
    if (!checkInterval.isPositive()) {
      throw new IllegalArgumentException(
          "the interval of checks must be above zero, got " + checkInterval);
    }
  }

  /** Settings of a node that bounds nothing and whose end marks stay as usual. */
  public static NodeSettings of(Duration compactionLag) {
    return new NodeSettings(compactionLag, Long.MAX_VALUE, Lifetimes.END_MARK, 0, CHECKS);
  }

  public NodeSettings withMemoryLimit(long bytes) {
    return new NodeSettings(compactionLag, bytes, endMark, sessionsPerUser, checkInterval);
  }

  public NodeSettings withEndMark(Duration stays) {
    return new NodeSettings(compactionLag, memoryLimit, stays, sessionsPerUser, checkInterval);
  }

  public NodeSettings withSessionsPerUser(int most) {
    return new NodeSettings(compactionLag, memoryLimit, endMark, most, checkInterval);
  }

  public NodeSettings withCheckInterval(Duration interval) {
    return new NodeSettings(compactionLag, memoryLimit, endMark, sessionsPerUser, interval);
  }
}
