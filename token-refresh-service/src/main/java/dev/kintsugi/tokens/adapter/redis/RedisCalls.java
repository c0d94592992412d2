package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import reactor.core.publisher.Mono;

/** Redis calls on a virtual thread, with a limit of time. Thread-safe. */
public final class RedisCalls {

  private final ReactiveStringRedisTemplate redis;
  private final Duration timeout;

  /**
   * Calls through a template.
   *
   * @param timeout of each call
   */
  public RedisCalls(ReactiveStringRedisTemplate redis, Duration timeout) {
    this.redis = redis;
    this.timeout = timeout;
  }

  /**
   * Runs a script whose answer is a list; no element may be null.
   *
   * @throws StoreUnavailableException if Redis does not answer
   */
  List<String> run(RedisScript<List<String>> script, List<String> keys, List<String> arguments) {
    return call(
        template -> template.execute(script, keys, arguments).next().defaultIfEmpty(List.of()));
  }

  <T> T call(Function<ReactiveStringRedisTemplate, Mono<T>> command) {
    try {
      return command
          .apply(redis)
          .timeout(timeout)
          .blockOptional()
          .orElseThrow(() -> new IllegalStateException("Redis gave no answer"));
    } catch (RedisConnectionFailureException notConnected) {
      throw new StoreUnavailableException(true, notConnected);
    } catch (DataAccessException failed) {
      throw new StoreUnavailableException(false, failed);
    } catch (RuntimeException failed) {
      if (failed.getCause() instanceof java.util.concurrent.TimeoutException) {
        throw new StoreUnavailableException(false, failed);
      }
      throw failed;
    }
  }
}
