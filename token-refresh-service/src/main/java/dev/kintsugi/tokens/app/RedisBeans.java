package dev.kintsugi.tokens.app;

import dev.kintsugi.tokens.adapter.redis.GrantCipher;
import dev.kintsugi.tokens.adapter.redis.RedisCalls;
import dev.kintsugi.tokens.adapter.redis.RedisDueTimes;
import dev.kintsugi.tokens.adapter.redis.RedisGrants;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
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
      TokenProperties settings, ClientResources resources) {
    ClientOptions options =
        ClientOptions.builder()
            .autoReconnect(true)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(MOST_QUEUED)
            .socketOptions(
                SocketOptions.builder()
                    .connectTimeout(settings.redisTimeout())
                    .keepAlive(true)
                    .build())
            .timeoutOptions(TimeoutOptions.enabled(settings.redisTimeout()))
            .build();
    RedisURI uri = RedisURI.create(settings.redisUrl());
    LettuceClientConfiguration.LettuceClientConfigurationBuilder client =
        LettuceClientConfiguration.builder()
            .clientResources(resources)
            .clientOptions(options)
            .commandTimeout(settings.redisTimeout())
            .shutdownTimeout(Duration.ofMillis(500));
    if (uri.isSsl()) {
      client.useSsl();
    }
    LettuceConnectionFactory factory =
        new LettuceConnectionFactory(
            LettuceConnectionFactory.createRedisConfiguration(uri), client.build());
    factory.setEagerInitialization(false);
    return factory;
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
    return new RedisDueTimes(calls, settings.keyPrefix());
  }
}
