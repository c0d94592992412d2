package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.RedisCallback;
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
   * Runs a script once for each key, all in one round trip; answers in the order of the keys.
   *
   * @throws StoreUnavailableException if Redis does not answer each
   */
  List<List<String>> runEach(RedisScript<List<String>> script, List<String> keys) {
    byte[] text = script.getScriptAsString().getBytes(StandardCharsets.UTF_8);
    List<Object> answers =
        call(template ->
            template.executePipelined(
                (RedisCallback<@Nullable Object>)
                    connection -> {
                      for (String key : keys) {
                        var _ =
                            connection
                                .scriptingCommands()
                                .eval(
                                    text,
                                    ReturnType.MULTI,
                                    1,
                                    key.getBytes(StandardCharsets.UTF_8));
                      }
                      return null;
                    }));
    if (answers.size() != keys.size()) {
      throw new StoreUnavailableException(
          true, new IOException("Redis gave " + answers.size() + " answers to " + keys.size()));
    }
    return answers.stream().map(RedisCalls::strings).toList();
  }

  private static List<String> strings(Object answer) {
    return ((List<?>) answer).stream().map(String::valueOf).toList();
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
