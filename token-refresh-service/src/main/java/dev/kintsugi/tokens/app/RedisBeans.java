package dev.kintsugi.tokens.app;

import dev.kintsugi.kit.NamedBundle;
import dev.kintsugi.log.Topics;
import dev.kintsugi.tokens.adapter.redis.GrantCipher;
import dev.kintsugi.tokens.adapter.redis.RedisCalls;
import dev.kintsugi.tokens.adapter.redis.RedisDueTimes;
import dev.kintsugi.tokens.adapter.redis.RedisGrants;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Redis and what is kept there. */
@Configuration(proxyBeanMethods = false)
class RedisBeans {

  private static final int MOST_QUEUED = 10_000;

  @Bean(destroyMethod = "shutdown")
  ClientResources redisResources() {
    return ClientResources.builder()
        .ioThreadPoolSize(2)
        .computationThreadPoolSize(2)
        .reconnectDelay(Delay.constant(Duration.ofMillis(200)))
        .build();
  }

  /** While there is no connection commands fail at once, so that callers get remembered tokens. */
  @Bean
  LettuceConnectionFactory redisConnectionFactory(
      TokenProperties settings, ClientResources resources, ObjectProvider<SslBundles> bundles) {
    Optional<NamedBundle.Found> bundle =
        new NamedBundle("kintsugi.tokens.redis-ssl-bundle", settings.redisSslBundle())
            .find(bundles);
    ClientOptions.Builder options =
        ClientOptions.builder()
            .autoReconnect(true)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(MOST_QUEUED)
            .socketOptions(
                SocketOptions.builder()
                    .connectTimeout(settings.redisTimeout())
                    .keepAlive(true)
                    .build())
            .timeoutOptions(TimeoutOptions.enabled(settings.redisTimeout()));
    bundle.ifPresent(found -> options.sslOptions(ssl(found)));
    RedisURI uri = RedisURI.create(settings.redisUrl());
    LettuceClientConfiguration.LettuceClientConfigurationBuilder client =
        LettuceClientConfiguration.builder()
            .clientResources(resources)
            .clientOptions(options.build())
            .commandTimeout(settings.redisTimeout())
            .shutdownTimeout(Duration.ofMillis(500));
    if (uri.isSsl() || bundle.isPresent()) {
      client.useSsl();
    }
    LettuceConnectionFactory factory =
        new LettuceConnectionFactory(
            LettuceConnectionFactory.createRedisConfiguration(uri), client.build());
    factory.setEagerInitialization(false);
    return factory;
  }

  private static SslOptions ssl(NamedBundle.Found found) {
    SslManagerBundle managers = found.bundle().getManagers();
    SslOptions.Builder options =
        SslOptions.builder()
            .keyManager(managers.getKeyManagerFactory())
            .trustManager(managers.getTrustManagerFactory());
    found.protocols().ifPresent(all -> options.protocols(all.toArray(String[]::new)));
    found.ciphers().ifPresent(all -> options.cipherSuites(all.toArray(String[]::new)));
    return options.build();
  }

  @Bean
  RedisCalls redisCalls(LettuceConnectionFactory factory) {
    return new RedisCalls(new StringRedisTemplate(factory));
  }

  @Bean
  RedisGrants redisGrants(RedisCalls calls, TokenProperties settings) {
    return new RedisGrants(calls, GrantCipher.of(settings.encryptionKeys()), settings.keyPrefix());
  }

  @Bean
  RedisDueTimes redisDueTimes(RedisCalls calls, TokenProperties settings) {
    return new RedisDueTimes(calls, settings.keyPrefix(), Topics.ACTIVITY_PARTITIONS);
  }
}
