package dev.kintsugi.gateway.app;

import dev.kintsugi.client.ShardCallSettings;
import dev.kintsugi.gateway.adapter.rest.RestWiring.EdgeSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the gateway is told besides what all services are told. Valid, or it does not start.
 *
 * @param tokenService base URL of the token service
 * @param coordinators base URLs of those that are told of nodes that do not answer; none: nobody is
 *     told, and a dead node is noticed by the other nodes alone
 * @param tokenServiceTimeout how long its answer may take to begin; longer than the time for which
 *     that service lets a caller wait for the provider, or its own answer is cut off
 * @param attemptTimeout how long an owner may be silent before the request is replayed. Too low
 *     (below the 2.5 s for which a node keeps a request that waits for its log or its slot): what
 *     would have been answered is asked again, in the middle of a takeover; too high: an owner that
 *     stands still, or whose connection died without a word, is noticed only by a newer map
 * @param parkLimit how long a request may wait for an owner, over all its attempts. Too low (below
 *     what noticing a death, up to the coordinators' dead-after-most, and a takeover take): the
 *     calls that meet one are refused with 503; too high: where no owner comes, callers and their
 *     places wait for nothing
 * @param deadline how long a request may take. Too low (below attempt-timeout and park-limit
 *     together): one that was parked has no time left for its answer and ends in 503 or 504; too
 *     high: whoever asks has given up by then; and beyond the nodes' {@code
 *     kintsugi.cluster.clock-skew}, a token that runs out while its request is parked is refused
 * @param maxStreams event streams open at once
 * @param maxStreamsPerSession of them for one session
 * @param heartbeat between comments on an event stream
 * @param pollWait of one long poll behind an event stream
 * @param activityBuffer activity events that may wait for Kafka; more are dropped and counted
 * @param trustActivityTime whether callers may say by {@code Activity-Time} when their activity
 *     happened; for replaying traces only
 * @param redirect patterns of paths whose callers are sent on to the owner by 307; empty: none are
 * @param gates how nodes in trouble are spared
 * @param applications upstream applications and the routes to them
 */
@ConfigurationProperties(prefix = "kintsugi.gateway", ignoreUnknownFields = false)
public record GatewayProperties(
    @DefaultValue("http://127.0.0.1:7402") URI tokenService,
    @DefaultValue List<URI> coordinators,
    @DefaultValue("10s") Duration tokenServiceTimeout,
    @DefaultValue("3s") Duration attemptTimeout,
    @DefaultValue("2s") Duration parkLimit,
    @DefaultValue("5s") Duration deadline,
    @DefaultValue("1000") int maxStreams,
    @DefaultValue("8") int maxStreamsPerSession,
    @DefaultValue("15s") Duration heartbeat,
    @DefaultValue("10s") Duration pollWait,
    @DefaultValue("10000") int activityBuffer,
    @DefaultValue("false") boolean trustActivityTime,
    @DefaultValue List<String> redirect,
    @DefaultValue GateProperties gates,
    @DefaultValue ApplicationSettings applications) {

  private static final int LARGEST_ANSWER = 4 << 20;

  public GatewayProperties {
    coordinators = List.copyOf(coordinators);
    for (URI coordinator : coordinators) {
      require(
          "http".equals(coordinator.getScheme()) || "https".equals(coordinator.getScheme()),
          "coordinators must be http or https URLs, got " + coordinator);
    }
    redirect = List.copyOf(redirect);
    require(
        "http".equals(tokenService.getScheme()) || "https".equals(tokenService.getScheme()),
        "token-service must be an http or https URL, got " + tokenService);
    require(
        tokenServiceTimeout.isPositive(),
        "token-service-timeout must be positive, got " + tokenServiceTimeout);
    require(heartbeat.isPositive(), "heartbeat must be positive, got " + heartbeat);
    require(
        pollWait.isPositive() && pollWait.compareTo(Duration.ofSeconds(30)) <= 0,
        "poll-wait must be positive and at most 30s, got " + pollWait);
    require(
        activityBuffer > 0 && activityBuffer <= 1_000_000,
        "activity-buffer must be 1 to 1000000, got " + activityBuffer);
    require(
        maxStreams > 0 && maxStreamsPerSession > 0,
        "max-streams and max-streams-per-session must be 1 or greater");
  }

  private static void require(boolean valid, String rule) {
    if (!valid) {
      throw new IllegalArgumentException("kintsugi.gateway." + rule);
    }
  }

  ShardCallSettings calls() {
    return new ShardCallSettings(
        attemptTimeout, parkLimit, deadline, LARGEST_ANSWER, gates.settings());
  }

  EdgeSettings edge() {
    return new EdgeSettings(
        tokenService, tokenServiceTimeout, pollWait, heartbeat, trustActivityTime, redirect);
  }
}
