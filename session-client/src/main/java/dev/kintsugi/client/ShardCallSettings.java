package dev.kintsugi.client;

import dev.kintsugi.client.domain.Limits;
import java.time.Duration;

/**
 * The bounds of a call where the request names no others; what goes wrong where the first three are
 * too short or too long stands at {@link Limits}.
 *
 * @param attemptTimeout how long one attempt may be silent
 * @param parkLimit how long, over the whole call, no attempt may be under way
 * @param deadline how long the whole call may take
 * @param maxAnswerBytes largest body of an answer, in bytes
 * @param gates how nodes in trouble are spared
 */
public record ShardCallSettings(
    Duration attemptTimeout,
    Duration parkLimit,
    Duration deadline,
    int maxAnswerBytes,
    GateSettings gates) {

  /** 3 s, 2 s, 5 s, 4 MiB. */
  public static final ShardCallSettings DEFAULTS =
      new ShardCallSettings(
          Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(5), 4 << 20);

  public ShardCallSettings {
    Limits.of(attemptTimeout, parkLimit, deadline);
    if (maxAnswerBytes < 1) {
      throw new IllegalArgumentException(
          "max answer bytes must be 1 or greater, got " + maxAnswerBytes);
    }
  }

  /** With the usual gates. */
  public ShardCallSettings(
      Duration attemptTimeout, Duration parkLimit, Duration deadline, int maxAnswerBytes) {
    this(attemptTimeout, parkLimit, deadline, maxAnswerBytes, GateSettings.DEFAULTS);
  }

  Limits limitsOf(ShardRequest request) {
    return Limits.of(
        request.attemptTimeout().orElse(attemptTimeout),
        request.parkLimit().orElse(parkLimit),
        request.deadline().orElse(deadline));
  }
}
