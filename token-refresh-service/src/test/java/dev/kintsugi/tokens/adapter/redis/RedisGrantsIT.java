package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.runtime.GrantStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On one server. */
@Timeout(120)
class RedisGrantsIT extends RedisGrantsContract {

  @TempDir static Path directory;

  private static RedisProcesses servers;
  private static int port;
  private static RedisStore store;

  @BeforeAll
  static void start() throws Exception {
    servers = new RedisProcesses(directory);
    port = servers.start();
    store = new RedisStore(address());
  }

  @AfterAll
  static void stop() {
    store.close();
    servers.close();
  }

  private static String address() {
    return "redis://" + RedisProcesses.CREDENTIALS + "@127.0.0.1:" + port;
  }

  @Override
  protected GrantStore store() {
    return store.grants();
  }

  @Override
  int portOf(String key) {
    return port;
  }

  @Override
  RedisProcesses servers() {
    return servers;
  }

  @Override
  String url() {
    return address();
  }
}
