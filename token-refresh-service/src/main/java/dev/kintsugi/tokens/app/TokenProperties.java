package dev.kintsugi.tokens.app;

import dev.kintsugi.log.Topics;
import dev.kintsugi.tokens.adapter.redis.RedisAddress;
import dev.kintsugi.tokens.domain.CostControl.Aim;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the token-refresh-service. Valid, or it does not start.
 *
 * @param redisUrl one server, some Sentinels or a cluster: {@link RedisAddress}
 * @param redisSslBundle of the connections to Redis, which it makes encrypted whatever the URL's
 *     scheme is; empty: as the URL says, with the JDK's trust
 * @param redisTimeout of a Redis call. Too low: a busy Redis looks dead. Too high: callers wait
 *     long before they get the remembered token
 * @param redisReplicas that must have a grant's change, or a lease, before it counts. Too few: a
 *     fail-over may lose the newest refresh token, or give a lease twice. Too many: while replicas
 *     are away nothing is renewed
 * @param keyPrefix of every key in Redis; without braces, which decide where a cluster keeps it
 * @param encryptionKey 64 hexadecimal digits: what grants are encrypted with from now on
 * @param oldEncryptionKeys that may still be needed to read
 * @param policy when tokens are renewed before anybody asks
 * @param threshold how long before its end a token is renewed at the earliest, at most a third of
 *     its life; by the policy of that name, always then. Too low: a slow provider makes somebody
 *     wait, and tokens that were issued together are renewed together. Too high: more renewals than
 *     needed
 * @param forecast of the policy predictive
 * @param stallLimit how long a caller waits for the provider at most
 * @param minValidity a token that ends sooner is not handed out
 * @param grantRetention a grant not used for so long is forgotten
 * @param touchInterval how often the use of a grant is noted at most
 * @param poll how often the schedule is looked at
 * @param parallel renewals of the schedule at a time
 * @param maxRequests that wait at a time
 * @param revocationFeed whether those who serve sessions are told at once, through Kafka, of a
 *     grant that has ended. Off: they notice when they ask next, after five minutes at the latest
 * @param defaultProvider for grants that name none; may be left out if there is only one
 */
@ConfigurationProperties(prefix = "kintsugi.tokens", ignoreUnknownFields = false)
public record TokenProperties(
    @DefaultValue("redis://127.0.0.1:7491") String redisUrl,
    @DefaultValue("") String redisSslBundle,
    @DefaultValue("1s") Duration redisTimeout,
    @DefaultValue("0") int redisReplicas,
    @DefaultValue("kintsugi:") String keyPrefix,
    @DefaultValue("") String encryptionKey,
    @DefaultValue List<String> oldEncryptionKeys,
    @DefaultValue("predictive") Policy policy,
    @DefaultValue("5m") Duration threshold,
    @DefaultValue ForecastProperties forecast,
    @DefaultValue("8s") Duration stallLimit,
    @DefaultValue("1s") Duration minValidity,
    @DefaultValue("30d") Duration grantRetention,
    @DefaultValue("10s") Duration touchInterval,
    @DefaultValue("250ms") Duration poll,
    @DefaultValue("32") int parallel,
    @DefaultValue("2048") int maxRequests,
    @DefaultValue("true") boolean revocationFeed,
    @DefaultValue("") String defaultProvider,
    @DefaultValue Map<String, ProviderProperties> providers) {

  /** When tokens are renewed before anybody asks. */
  public enum Policy {
    /** Late, and only where somebody will need the token, by what is known of users' activity. */
    PREDICTIVE,
    /** A fixed time before the end. */
    THRESHOLD,
    /** Never. */
    REACTIVE
  }

  /**
   * By what the policy predictive decides. One of the three aims at most is given; none is a
   * renewal cost of 0.15.
   *
   * @param renewalCost of one renewal, in stalls: 0.1 says that ten renewals are worth a stall. Too
   *     low: the provider is asked for people who do not come back. Too high: people wait
   * @param stallTarget which part of the requests for a token may have to wait for it, such as
   *     0.02; the cost is found by which that comes true
   * @param renewalsPerSecond that one instance makes ahead at most; the cost is found by which it
   *     makes about so many, and those whose tokens are needed soonest come first
   * @param horizon how far ahead activity is forecast: the longest idle timeout of sessions. Too
   *     short: whoever comes back later is not expected. Too long: learning takes part in what
   *     nobody asks about
   * @param maxUsers of whom one instance remembers activity, about a kilobyte each; beyond that
   *     those away the longest are taken for strangers
   * @param checkpoint how often what was learned is written down: so much activity is read again
   *     after a crash
   */
  public record ForecastProperties(
      @DefaultValue("0") double renewalCost,
      @DefaultValue("0") double stallTarget,
      @DefaultValue("0") double renewalsPerSecond,
      @DefaultValue("8h") Duration horizon,
      @DefaultValue("200000") int maxUsers,
      @DefaultValue("60s") Duration checkpoint) {

    private static final double USUAL_COST = 0.15;

    public ForecastProperties {
      check(renewalCost >= 0 && renewalCost <= 100, "forecast.renewal-cost", "must be 0 to 100");
      check(stallTarget >= 0 && stallTarget < 1, "forecast.stall-target", "must be 0 to 1");
      check(
          renewalsPerSecond >= 0 && renewalsPerSecond <= 1e6,
          "forecast.renewals-per-second",
          "must be 0 to 1000000");
      check(
          DoubleStream.of(renewalCost, stallTarget, renewalsPerSecond).filter(it -> it > 0).count()
              <= 1,
          "forecast",
          "can have one of renewal-cost, stall-target and renewals-per-second only");
      check(
          horizon.compareTo(Duration.ofMinutes(1)) >= 0
              && horizon.compareTo(Duration.ofDays(7)) <= 0,
          "forecast.horizon",
          "must be 1m to 7d");
      check(
          maxUsers >= Topics.ACTIVITY_PARTITIONS && maxUsers <= 100_000_000,
          "forecast.max-users",
          "must be 8 to 100000000");
      check(
          checkpoint.compareTo(Duration.ofSeconds(1)) >= 0,
          "forecast.checkpoint",
          "must be 1s or more");
    }

    Aim aim() {
      if (stallTarget > 0) {
        return new Aim.Stalls(stallTarget);
      }
      return renewalsPerSecond > 0
          ? new Aim.Budget(renewalsPerSecond)
          : new Aim.Ratio(renewalCost > 0 ? renewalCost : USUAL_COST);
    }
  }

  public TokenProperties {
    oldEncryptionKeys = List.copyOf(oldEncryptionKeys);
    providers = Map.copyOf(providers);
    check(
        encryptionKey.matches("[0-9a-fA-F]{64}"),
        "encryption-key",
        "must be 64 hexadecimal digits; make one with: openssl rand -hex 32");
    check(
        oldEncryptionKeys.stream().allMatch(key -> key.matches("[0-9a-fA-F]{64}")),
        "old-encryption-keys",
        "must be 64 hexadecimal digits each");
    check(!keyPrefix.matches(".*[{}].*"), "key-prefix", "must have no braces");
    redis(redisUrl);
    check(!providers.isEmpty(), "providers", "must name at least one");
    check(
        defaultProvider.isEmpty() || providers.containsKey(defaultProvider),
        "default-provider",
        "must be one of the providers");
    check(!threshold.isNegative(), "threshold", "must not be negative");
    check(redisTimeout.isPositive(), "redis-timeout", "must be positive");
    check(redisReplicas >= 0, "redis-replicas", "must not be negative");
    check(stallLimit.isPositive(), "stall-limit", "must be positive");
    check(!minValidity.isNegative(), "min-validity", "must not be negative");
    check(grantRetention.isPositive(), "grant-retention", "must be positive");
    check(touchInterval.isPositive(), "touch-interval", "must be positive");
    check(poll.isPositive(), "poll", "must be positive");
    check(parallel > 0, "parallel", "must be positive");
    check(maxRequests > 0, "max-requests", "must be positive");
  }

  private static void check(boolean valid, String key, String rule) {
    if (!valid) {
      throw new IllegalArgumentException("kintsugi.tokens." + key + " " + rule);
    }
  }

  private static RedisAddress redis(String url) {
    try {
      return RedisAddress.parse(url);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException(
          "kintsugi.tokens.redis-url " + malformed.getMessage(), malformed);
    }
  }

  RedisAddress redis() {
    return redis(redisUrl);
  }

  List<String> encryptionKeys() {
    return Stream.concat(Stream.of(encryptionKey), oldEncryptionKeys.stream()).toList();
  }

  Optional<String> usualProvider() {
    if (defaultProvider.isEmpty()) {
      return providers.size() == 1 ? providers.keySet().stream().findFirst() : Optional.empty();
    }
    return Optional.of(defaultProvider);
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "TokenProperties[policy=" + policy + ", providers=" + providers.keySet() + "]";
  }
}
