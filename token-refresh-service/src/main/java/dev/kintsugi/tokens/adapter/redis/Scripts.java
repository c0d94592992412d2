package dev.kintsugi.tokens.adapter.redis;

import java.util.List;
import org.springframework.data.redis.core.script.RedisScript;

/** What runs within Redis: the schedule's claim. Grants need no script. */
final class Scripts {

  private Scripts() {}

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static RedisScript<List<String>> script(String text) {
    return (RedisScript) RedisScript.of(text, List.class);
  }

  /** KEYS schedule; ARGV horizon, new time, how many; answers task, time, task, time, … */
  static final RedisScript<List<String>> CLAIM =
      script(
          """
          local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1],
              'WITHSCORES', 'LIMIT', 0, ARGV[3])
          for i = 1, #due, 2 do redis.call('ZADD', KEYS[1], ARGV[2], due[i]) end
          return due
          """);
}
