package dev.kintsugi.gateway.domain;

import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * An application behind the gateway, which is told of sessions by two headers.
 *
 * @param name also the audience of what is signed for it
 * @param origin http or https, a host, perhaps a port; nothing else
 * @param maxConcurrent requests to it under way at once. Too low: refused with 503 although it
 *     could serve; too high: a slow one takes the memory of the gateway, up to the largest request
 *     and answer for each
 * @param headerTimeout until its answer begins. Too low: slow answers are cut off, and a write's
 *     fate is unknown; too high: callers wait long on one that hangs
 * @param deadline of a whole exchange, a repeated attempt included
 * @param maxAnswerBytes largest body of an answer
 */
public record Upstream(
    String name,
    URI origin,
    int maxConcurrent,
    Duration headerTimeout,
    Duration deadline,
    int maxAnswerBytes) {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int MOST_CONCURRENT = 10_000;
  private static final int MOST_BYTES = 16 << 20;

  public Upstream {
    require(
        NAME.matcher(name).matches(),
        "the name must be 1 to 63 lower-case letters, digits or hyphens, a letter first, got \""
            + name
            + '"');
    require(isOrigin(origin), "url must be like http://host:port, without a path, got " + origin);
    require(
        maxConcurrent >= 1 && maxConcurrent <= MOST_CONCURRENT,
        "max-concurrent must be 1 to 10000, got " + maxConcurrent);
    require(
        headerTimeout.isPositive() && headerTimeout.compareTo(deadline) <= 0,
        "header-timeout must be positive and no longer than deadline, got " + headerTimeout);
    require(
        deadline.compareTo(LONGEST) <= 0, "deadline must be at most 2 minutes, got " + deadline);
    require(
        maxAnswerBytes >= 1 && maxAnswerBytes <= MOST_BYTES,
        "max-answer-bytes must be 1 to 16777216, got " + maxAnswerBytes);
  }

  private static boolean isOrigin(URI url) {
    String scheme = url.getScheme();
    return (scheme != null && (scheme.equals("http") || scheme.equals("https")))
        && url.getHost() != null
        && url.getRawUserInfo() == null
        && (url.getRawPath() == null || url.getRawPath().isEmpty())
        && url.getRawQuery() == null
        && url.getRawFragment() == null
        && url.getPort() != 0
        && url.getPort() <= 65_535;
  }

  private static void require(boolean valid, String rule) {
    if (!valid) {
      throw new IllegalArgumentException(rule);
    }
  }

  /** The port, also where the origin leaves it to its scheme. */
  public int port() {
    return origin.getPort() > 0 ? origin.getPort() : origin.getScheme().equals("https") ? 443 : 80;
  }
}
