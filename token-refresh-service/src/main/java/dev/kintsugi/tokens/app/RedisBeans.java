package dev.kintsugi.tokens.app;

import dev.kintsugi.kit.NamedBundle;
import dev.kintsugi.log.Topics;
import dev.kintsugi.tokens.adapter.redis.GrantCipher;
import dev.kintsugi.tokens.adapter.redis.RedisAccess;
import dev.kintsugi.tokens.adapter.redis.RedisCalls;
import dev.kintsugi.tokens.adapter.redis.RedisDueTimes;
import dev.kintsugi.tokens.adapter.redis.RedisGrants;
import dev.kintsugi.tokens.adapter.redis.RedisSteps;
import io.lettuce.core.SslOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** Redis and what is kept there. */
@Configuration(proxyBeanMethods = false)
class RedisBeans {

  @Bean(destroyMethod = "shutdown")
  ClientResources redisResources() {
    return ClientResources.builder()
        .ioThreadPoolSize(2)
        .computationThreadPoolSize(2)
        .reconnectDelay(Delay.constant(Duration.ofMillis(200)))
        .build();
  }

  @Bean
  RedisAccess redisAccess(
      TokenProperties settings, ClientResources resources, ObjectProvider<SslBundles> bundles) {
    Optional<NamedBundle.Found> bundle =
        new NamedBundle("kintsugi.tokens.redis-ssl-bundle", settings.redisSslBundle())
            .find(bundles);
    return new RedisAccess(
        settings.redis(),
        bundle.isPresent(),
        bundle.map(RedisBeans::ssl),
        settings.redisTimeout(),
        settings.redisReplicas(),
        resources);
  }

  @Bean
  LettuceConnectionFactory redisConnectionFactory(RedisAccess access) {
    return access.factory();
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
  RedisCalls redisCalls(LettuceConnectionFactory factory, TokenProperties settings) {
    return new RedisCalls(new StringRedisTemplate(factory), settings.redisTimeout());
  }

  @Bean
  RedisSteps redisSteps(RedisAccess access, LettuceConnectionFactory factory) {
    return access.steps(factory);
  }

  @Bean
  RedisGrants redisGrants(
      RedisCalls calls, RedisSteps steps, TokenProperties settings, InstantSource clock) {
    return new RedisGrants(
        calls, steps, GrantCipher.of(settings.encryptionKeys()), settings.keyPrefix(), clock);
  }

  @Bean
  RedisDueTimes redisDueTimes(RedisCalls calls, TokenProperties settings) {
    return new RedisDueTimes(calls, settings.keyPrefix(), Topics.ACTIVITY_PARTITIONS);
  }
}
