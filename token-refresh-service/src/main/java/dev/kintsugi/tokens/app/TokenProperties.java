package dev.kintsugi.tokens.app;

import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Authentication;
import dev.kintsugi.tokens.adapter.redis.RedisAddress;
import dev.kintsugi.tokens.domain.ReactivePolicy;
import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.ThresholdPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
 * @param threshold of the policy of that name: how long before the end, at most a third of the life
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
    @DefaultValue("threshold") Policy policy,
    @DefaultValue("5m") Duration threshold,
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
    /** A fixed time before the end. */
    THRESHOLD,
    /** Never. */
    REACTIVE
  }

  /**
   * One OAuth 2.0 provider; either {@code token-endpoint} or {@code issuer}.
   *
   * @param timeout of a call
   * @param assumedLifetime of access tokens of which the provider does not say how long they live
   * @param parallel calls at a time
   * @param sslBundle of the connections to it; empty: the JDK's
   * @param jwksUri its public keys, with {@code token-endpoint}; by its metadata with {@code
   *     issuer}
   * @param verifyTokens whether access tokens that are JWTs are checked before a session is moved.
   *     Off: a forged one passes. On with a provider whose tokens are for others' eyes only, or
   *     that signs them in a way of its own: sessions end for nothing
   * @param audience that such tokens must name; empty: any. A wrong one ends every session
   */
  public record ProviderProperties(
      @Nullable URI tokenEndpoint,
      @Nullable URI revocationEndpoint,
      @Nullable URI issuer,
      String clientId,
      @DefaultValue("") String clientSecret,
      @DefaultValue("basic") Authentication clientAuthentication,
      @DefaultValue("4s") Duration timeout,
      @DefaultValue("5m") Duration assumedLifetime,
      @DefaultValue("32") int parallel,
      @DefaultValue("") String sslBundle,
      @Nullable URI jwksUri,
      @DefaultValue("true") boolean verifyTokens,
      @DefaultValue("") String audience) {

    public ProviderProperties {
      check(
          (tokenEndpoint == null) != (issuer == null),
          "providers.<name>",
          "needs either token-endpoint or issuer");
      check(
          Stream.of(
                  Optional.ofNullable(tokenEndpoint),
                  Optional.ofNullable(revocationEndpoint),
                  Optional.ofNullable(jwksUri),
                  Optional.ofNullable(issuer))
              .flatMap(Optional::stream)
              .allMatch(uri -> uri.isAbsolute() && uri.getHost() != null),
          "providers.<name>",
          "must name full addresses");
      check(
          jwksUri == null || tokenEndpoint != null,
          "providers.<name>.jwks-uri",
          "is found by the issuer's metadata; it goes with token-endpoint only");
      check(!clientId.isBlank(), "providers.<name>.client-id", "must not be empty");
      check(timeout.isPositive(), "providers.<name>.timeout", "must be positive");
      check(assumedLifetime.isPositive(), "providers.<name>.assumed-lifetime", "must be positive");
      check(parallel > 0, "providers.<name>.parallel", "must be positive");
    }

    /** Without the secret. */
    @Override
    public String toString() {
      return "Provider[clientId=" + clientId + "]";
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

  RefreshPolicy refreshPolicy() {
    return switch (policy) {
      case THRESHOLD -> new ThresholdPolicy(threshold);
      case REACTIVE -> new ReactivePolicy();
    };
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "TokenProperties[policy=" + policy + ", providers=" + providers.keySet() + "]";
  }
}
