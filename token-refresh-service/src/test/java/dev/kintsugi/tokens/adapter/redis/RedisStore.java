package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.runtime.GrantStore;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The store as the service puts it together. */
final class RedisStore implements AutoCloseable {

  static final String KEY = "11".repeat(32);

  private final ClientResources resources =
      ClientResources.builder()
          .ioThreadPoolSize(2)
          .computationThreadPoolSize(2)
          .reconnectDelay(Delay.constant(Duration.ofMillis(100)))
          .build();
  private final LettuceConnectionFactory factory;
  private final RedisSteps steps;
  private final RedisCalls calls;
  private final GrantStore grants;

  RedisStore(String url, String... keys) {
    this(url, 0, keys);
  }

  RedisStore(String url, int replicas, String... keys) {
    Duration limit = Duration.ofSeconds(2);
    RedisAccess access =
        new RedisAccess(
            RedisAddress.parse(url), false, Optional.empty(), limit, replicas, resources);
    factory = access.factory();
    factory.afterPropertiesSet();
    factory.start();
    steps = access.steps(factory);
    calls = new RedisCalls(new StringRedisTemplate(factory), limit);
    grants =
        new RedisGrants(
            calls,
            steps,
            GrantCipher.of(keys.length == 0 ? List.of(KEY) : List.of(keys)),
            "kintsugi:",
            InstantSource.system());
  }

  GrantStore grants() {
    return grants;
  }

  RedisSteps steps() {
    return steps;
  }

  RedisCalls calls() {
    return calls;
  }

  @Override
  public void close() {
    steps.close();
    factory.destroy();
    resources.shutdown(0, 2, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
