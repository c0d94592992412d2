package dev.kintsugi.tokens.app;

import java.nio.file.Path;
import org.testcontainers.junit.jupiter.Testcontainers;

/** On a {@link RedisContainer}; skipped where no Docker engine answers. */
@Testcontainers(disabledWithoutDocker = true)
class RealProviderContainersIT extends RealProviderOnRedis {

  @Override
  TestRedis startRedis(Path directory) throws Exception {
    return new RedisContainer();
  }
}
