package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.adapter.redis.RedisReads.Content;
import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Redis calls that wait for their answers, made on virtual threads; the connection's own time limit
 * ends them. Thread-safe.
 */
public final class RedisCalls {

  private final StringRedisTemplate redis;
  private final Duration limit;

  /**
   * Calls through a template.
   *
   * @param redis whose connections limit the time of a command
   * @param limit that time
   */
  public RedisCalls(StringRedisTemplate redis, Duration limit) {
    this.redis = redis;
    this.limit = limit;
  }

  /**
   * What stands under some keys, all read in one round trip; in the order of the keys.
   *
   * @throws StoreUnavailableException if Redis does not answer each
   */
  List<StoredGrant> read(List<String> keys) {
    return call(template ->
        template.execute((RedisCallback<List<StoredGrant>>) connection -> read(connection, keys)));
  }

  private List<StoredGrant> read(RedisConnection connection, List<String> keys) {
    RedisClusterAsyncCommands<byte[], byte[]> redis = commands(connection);
    List<RedisFuture<byte[]>> asked =
        keys.stream().map(key -> RedisReads.ask(redis, RedisReads.bytes(key))).toList();
    List<StoredGrant> all = new ArrayList<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      all.add(
          switch (RedisReads.content(asked.get(i), limit)) {
            case Content.Text(String text) -> StoredGrant.parse(text);
            case Content.NoString _ ->
                RedisReads.former(redis, RedisReads.bytes(keys.get(i)), limit);
          });
    }
    return all;
  }

  /** The beginning of a string, no longer than a grant can be; empty if there is none. */
  String readText(String key) {
    return call(template ->
        template.execute(
            (RedisCallback<String>)
                connection ->
                    switch (RedisReads.content(
                        RedisReads.ask(commands(connection), RedisReads.bytes(key)), limit)) {
                      case Content.Text(String text) -> text;
                      case Content.NoString _ -> StoredGrant.DAMAGED;
                    }));
  }

  /** Of one server or of a cluster: the same commands. */
  @SuppressWarnings("unchecked")
  private static RedisClusterAsyncCommands<byte[], byte[]> commands(RedisConnection connection) {
    return (RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
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
    } catch (DataAccessException | RedisException failed) {
      throw new StoreUnavailableException(false, failed);
    }
  }
}
