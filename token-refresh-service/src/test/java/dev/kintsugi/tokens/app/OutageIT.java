package dev.kintsugi.tokens.app;

import java.nio.file.Path;

/** On a Redis in a process of its own. */
class OutageIT extends OutageOnRedis {

  @Override
  TestRedis startRedis(Path directory) throws Exception {
    return new RedisProcess(directory);
  }
}
