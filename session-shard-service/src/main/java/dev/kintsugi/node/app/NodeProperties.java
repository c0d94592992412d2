package dev.kintsugi.node.app;

import dev.kintsugi.core.NodeId;
import dev.kintsugi.node.domain.watch.WatchSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What one node is told of itself. Valid, or the node does not start.
 *
 * @param id survives restarts; 1 to 63 lower-case letters, digits, dots or hyphens
 * @param url where the others reach this node
 * @param coordinators base URLs
 * @param zone where the node stands; empty: unknown
 * @param lease {@code L}. Shorter: reads wait for the log more often; longer: a takeover waits
 *     longer
 * @param heartbeat between heartbeats to the coordinators, and between pulses to the nodes that
 *     watch this one; by how it watches others, {@link WatchSettings#of} follows from it. Too low:
 *     each heartbeat tells of every slot, so that coordinators of many nodes have no time for
 *     anything else; too high (more than a third of their suspect-after, which they do not adapt):
 *     a node that is well is a suspect between two heartbeats and is knocked at, from mute-after on
 *     it loses its slots although it answers, and its death is noticed that much later
 * @param watches how many other nodes this one keeps a line to, so that a death is noticed at once.
 *     0: none, and only silence tells; more cost a small packet per heartbeat each
 * @param memoryLimit what the copies may weigh before the node takes no new sessions; 0: four
 *     fifths of the largest heap, less 64 MiB for everything else
 * @param tokenService base URL of the token service; empty: the grants of sessions are not verified
 *     when an owner changes, and revocations end no session
 * @param warmUp how long the node may ask itself before it says that it is there; 0: not at all.
 *     Shorter: its first requests meet code that is not compiled; longer: a slow machine takes
 *     longer to join, and together with a start it must be less than the coordinators' {@code
 *     grace}
 * @param farewell how long a node that was told to end (SIGTERM) waits while none of its slots is
 *     moved, before it ends with those that are left; while they become fewer it waits on, up to a
 *     second less than {@code spring.lifecycle.timeout-per-shutdown-phase}, which must be that much
 *     longer than this. Too low (below the coordinators' leader-timeout and move-timeout): a change
 *     of the lead or one slow release, and what is left is taken over as from a dead node, which
 *     its users feel; too high: while no coordinator answers, a node that is to end stays that much
 *     longer for nothing
 * @param activityBuffer activity events, of users who come straight to this node, that may wait for
 *     Kafka. Too low: more of what they do is dropped, and counted, when Kafka is slow for a
 *     moment; too high: that much memory while it is away
 * @param trustActivityTime whether such callers may say by {@code Activity-Time} when their
 *     activity happened; for replaying traces only
 */
@ConfigurationProperties(prefix = "kintsugi.node", ignoreUnknownFields = false)
public record NodeProperties(
    @DefaultValue("") String id,
    @Nullable URI url,
    @DefaultValue List<URI> coordinators,
    @DefaultValue("") String zone,
    @DefaultValue("200ms") Duration lease,
    @DefaultValue("100ms") Duration heartbeat,
    @DefaultValue("2") int watches,
    @DefaultValue("0B") DataSize memoryLimit,
    @DefaultValue("") String tokenService,
    @DefaultValue("30s") Duration warmUp,
    @DefaultValue("6s") Duration farewell,
    @DefaultValue("10000") int activityBuffer,
    @DefaultValue("false") boolean trustActivityTime) {

  private static final Duration AFTER_FAREWELL = Duration.ofSeconds(1);

  public NodeProperties {
    coordinators = List.copyOf(coordinators);
    try {
      new NodeId(id);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("kintsugi.node.id: " + e.getMessage(), e);
    }
    require(isHttp(url), "url", "must be this node's http or https URL, got " + url);
    require(!coordinators.isEmpty(), "coordinators", "must name at least one base URL");
    for (URI coordinator : coordinators) {
      require(isHttp(coordinator), "coordinators", "must be http or https URLs: " + coordinator);
    }
    require(
        tokenService.isEmpty() || isHttp(uri(tokenService)),
        "token-service",
        "must be empty or an http or https URL, got " + tokenService);
    require(within(lease, 20, 10_000), "lease", "must be 20ms to 10s, got " + lease);
    require(!memoryLimit.isNegative(), "memory-limit", "must be 0 or more, got " + memoryLimit);
    require(watches >= 0 && watches <= 64, "watches", "must be 0 to 64, got " + watches);
    require(within(warmUp, 0, 120_000), "warm-up", "must be 0s to 120s, got " + warmUp);
    require(within(farewell, 0, 600_000), "farewell", "must be 0s to 10m, got " + farewell);
    require(
        activityBuffer > 0 && activityBuffer <= 1_000_000,
        "activity-buffer",
        "must be 1 to 1000000, got " + activityBuffer);
    require(within(heartbeat, 10, 10_000), "heartbeat", "must be 10ms to 10s, got " + heartbeat);
  }

  private static void require(boolean valid, String key, String rule) {
    if (!valid) {
      throw new IllegalArgumentException("kintsugi.node." + key + " " + rule);
    }
  }

  private static boolean isHttp(@Nullable URI url) {
    return url != null
        && url.getHost() != null
        && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()));
  }

  private static @Nullable URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean within(Duration value, long leastMillis, long mostMillis) {
    return value.compareTo(Duration.ofMillis(leastMillis)) >= 0
        && value.compareTo(Duration.ofMillis(mostMillis)) <= 0;
  }

  /** In bytes, of a JVM with such a heap. */
  long memoryLimit(long largestHeap) {
    long share = largestHeap / 5 * 4;
    long usual = Math.max(share / 4, share - DataSize.ofMegabytes(64).toBytes());
    return memoryLimit.toBytes() == 0 ? Math.max(1, usual) : memoryLimit.toBytes();
  }

  /**
   * How long the farewell may last in all, so that there is a second left for the rest of its phase
   * of the shutdown, {@code spring.lifecycle.timeout-per-shutdown-phase}.
   */
  Duration longestFarewell(Duration shutdownPhase) {
    Duration longest = shutdownPhase.minus(AFTER_FAREWELL);
    require(
        longest.compareTo(farewell) >= 0,
        "farewell",
        "must be at least 1s shorter than spring.lifecycle.timeout-per-shutdown-phase, got "
            + farewell
            + " and "
            + shutdownPhase);
    return longest;
  }

  WatchSettings watchSettings() {
    return WatchSettings.of(watches, heartbeat);
  }

  /** Where the token service is, if there is one. */
  Optional<URI> tokens() {
    return tokenService.isEmpty() ? Optional.empty() : Optional.of(URI.create(tokenService));
  }

  NodeId nodeId() {
    return new NodeId(id);
  }

  URI ownUrl() {
    return Objects.requireNonNull(url);
  }
}
