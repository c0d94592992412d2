package dev.kintsugi.kit;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long a service waits for those who send to it. Valid, or the service does not start.
 *
 * @param headerTimeout from the first byte of a request to the end of its head; too short, and
 *     clients on bad lines are cut off
 * @param bodyPause between two reads of a body
 * @param bodyTimeout of a whole body; too short, and large bodies on slow lines are cut off
 * @param idleTimeout of a connection with no request under way. Must be longer than clients keep
 *     connections for the next request (Java's own and the gateway's: 30 s), or they send into
 *     closed ones
 */
@ConfigurationProperties(prefix = "kintsugi.server", ignoreUnknownFields = false)
public record ServerProperties(
    @DefaultValue("10s") Duration headerTimeout,
    @DefaultValue("30s") Duration bodyPause,
    @DefaultValue("2m") Duration bodyTimeout,
    @DefaultValue("60s") Duration idleTimeout) {

  private static final Duration LONGEST = Duration.ofDays(1);

  public ServerProperties {
    check("header-timeout", headerTimeout);
    check("body-pause", bodyPause);
    check("body-timeout", bodyTimeout);
    check("idle-timeout", idleTimeout);
  }

  private static void check(String key, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "kintsugi.server." + key + " must be 1ms to 1d, got " + value);
    }
  }
}
