package dev.kintsugi.tokens.adapter.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The two ways to Redis: one connection for all that are in no need of an own one, and some that
 * are lent to one step at a time.
 *
 * @param address where it is
 * @param encrypted whatever the address says
 * @param ssl of encrypted connections; empty: the JDK's trust
 * @param limit of a command, and of connecting
 * @param replicas that must have a change of a grant before it counts
 */
public record RedisAccess(
    RedisAddress address,
    boolean encrypted,
    Optional<SslOptions> ssl,
    Duration limit,
    int replicas,
    ClientResources resources) {

  private static final int MOST_QUEUED = 10_000;
  private static final int MOST_STEPS = 16;
  private static final Duration LOOK_AROUND = Duration.ofSeconds(15);
  private static final Duration LEAST_BETWEEN = Duration.ofSeconds(1);

  /**
   * Of the connection that all share, to masters only. While there is none commands fail at once,
   * so that callers get remembered tokens.
   */
  public LettuceConnectionFactory factory() {
    ClientOptions.Builder options = options().autoReconnect(true).requestQueueSize(MOST_QUEUED);
    LettuceClientConfiguration.LettuceClientConfigurationBuilder client =
        LettuceClientConfiguration.builder()
            .clientResources(resources)
            .commandTimeout(limit)
            .shutdownTimeout(Duration.ofMillis(500));
    if (isEncrypted()) {
      client.useSsl();
    }
    LettuceConnectionFactory factory =
        switch (address) {
          case RedisAddress.Single(RedisURI uri) -> factory(uri, client, options.build());
          case RedisAddress.Sentinel(RedisURI uri) -> factory(uri, client, options.build());
          case RedisAddress.Cluster(List<RedisURI> seeds) ->
              new LettuceConnectionFactory(
                  cluster(seeds),
                  client
                      .readFrom(ReadFrom.UPSTREAM)
                      .clientOptions(following(options.build()))
                      .build());
        };
    factory.setEagerInitialization(false);
    return factory;
  }

  private static LettuceConnectionFactory factory(
      RedisURI uri,
      LettuceClientConfiguration.LettuceClientConfigurationBuilder client,
      ClientOptions options) {
    RedisConfiguration where = LettuceConnectionFactory.createRedisConfiguration(uri);
    return new LettuceConnectionFactory(where, client.clientOptions(options).build());
  }

  private static RedisClusterConfiguration cluster(List<RedisURI> seeds) {
    RedisClusterConfiguration cluster = new RedisClusterConfiguration();
    seeds.forEach(seed -> cluster.addClusterNode(new RedisNode(seed.getHost(), seed.getPort())));
    RedisConfiguration like = LettuceConnectionFactory.createRedisConfiguration(seeds.getFirst());
    cluster.setUsername(RedisConfiguration.getUsernameOrElse(like, cluster::getUsername));
    cluster.setPassword(RedisConfiguration.getPasswordOrElse(like, cluster::getPassword));
    return cluster;
  }

  /** Slots move and masters change: looked for regularly, and (by default) at each sign of it. */
  private static ClusterClientOptions following(ClientOptions options) {
    return ClusterClientOptions.builder(options)
        .topologyRefreshOptions(
            ClusterTopologyRefreshOptions.builder()
                .enablePeriodicRefresh(LOOK_AROUND)
                .adaptiveRefreshTriggersTimeout(LEAST_BETWEEN)
                .refreshTriggersReconnectAttempts(1)
                .build())
        .build();
  }

  /**
   * Steps, each on a connection of its own.
   *
   * @param shared whose table of slots is used
   */
  public RedisSteps steps(LettuceConnectionFactory shared) {
    RedisClient client = RedisClient.create(resources);
    client.setOptions(options().autoReconnect(false).build());
    RedisNodes nodes =
        switch (address) {
          case RedisAddress.Single(RedisURI uri) -> new RedisNodes.One(prepared(uri));
          case RedisAddress.Sentinel(RedisURI uri) -> new RedisNodes.One(prepared(uri));
          case RedisAddress.Cluster(List<RedisURI> seeds) ->
              new RedisNodes.Slots(
                  () -> (RedisClusterClient) shared.getRequiredNativeClient(),
                  prepared(seeds.getFirst()));
        };
    return new RedisSteps(nodes, new RedisConnections(client, MOST_STEPS, limit), limit, replicas);
  }

  private RedisURI prepared(RedisURI uri) {
    RedisURI.Builder prepared = RedisURI.builder(uri).withTimeout(limit).withSsl(isEncrypted());
    @Nullable String master = uri.getSentinelMasterId();
    if (master != null) {
      prepared.withSentinelMasterId(master);
    }
    for (RedisURI sentinel : uri.getSentinels()) {
      prepared.withSentinel(
          RedisURI.builder(sentinel).withTimeout(limit).withSsl(isEncrypted()).build());
    }
    return prepared.build();
  }

  private boolean isEncrypted() {
    return encrypted
        || switch (address) {
          case RedisAddress.Single(RedisURI uri) -> uri.isSsl();
          case RedisAddress.Sentinel(RedisURI uri) -> uri.isSsl();
          case RedisAddress.Cluster(List<RedisURI> seeds) -> seeds.getFirst().isSsl();
        };
  }

  private ClientOptions.Builder options() {
    ClientOptions.Builder options =
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .socketOptions(SocketOptions.builder().connectTimeout(limit).keepAlive(true).build())
            .timeoutOptions(TimeoutOptions.enabled(limit));
    ssl.ifPresent(options::sslOptions);
    return options;
  }
}
