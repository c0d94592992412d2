package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Redis calls that wait for their answers, made on virtual threads; the connection's own time limit
 * ends them. Thread-safe.
 */
public final class RedisCalls {

  private final StringRedisTemplate redis;

  /**
   * Calls through a template.
   *
   * @param redis whose connections limit the time of a command
   */
  public RedisCalls(StringRedisTemplate redis) {
    this.redis = redis;
  }

  /**
   * Runs a script whose answer is a list; no element may be null.
   *
   * @throws StoreUnavailableException if Redis does not answer
   */
  List<String> run(RedisScript<List<String>> script, List<String> keys, List<String> arguments) {
    return call(template -> template.execute(script, keys, arguments.toArray()));
  }

  /**
   * Runs a command that always has an answer.
   *
   * @throws StoreUnavailableException if Redis does not answer
   */
  <T> T call(Function<StringRedisTemplate, @Nullable T> command) {
    T answer = answer(command);
    if (answer == null) {
      throw new IllegalStateException("Redis gave no answer");
    }
    return answer;
  }

  /** Runs a command whose answer may be missing. */
  <T> @Nullable T answer(Function<StringRedisTemplate, @Nullable T> command) {
    try {
      return command.apply(redis);
    } catch (RedisConnectionFailureException notConnected) {
      throw new StoreUnavailableException(true, notConnected);
    } catch (DataAccessException failed) {
      throw new StoreUnavailableException(false, failed);
    }
  }
}
