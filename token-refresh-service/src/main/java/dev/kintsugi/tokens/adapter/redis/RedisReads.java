package dev.kintsugi.tokens.adapter.redis;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads that are bounded by Redis itself: of whatever stands under a key, not more than a grant's
 * size ever comes over the wire.
 */
final class RedisReads {

  /** What stands under a key: a text, cut at the bound, or something that is no string. */
  sealed interface Content {
    record Text(String text) implements Content {}

    record NoString() implements Content {}
  }

  private RedisReads() {}

  /** Asks for the beginning of a string; nothing is read as an empty one. */
  static RedisFuture<byte[]> ask(RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] key) {
    return redis.getrange(key, 0, StoredGrant.CUT - 1L);
  }

  static Content content(RedisFuture<byte[]> asked, Duration limit) {
    try {
      return new Content.Text(text(await(asked, limit)));
    } catch (RedisCommandExecutionException refused) {
      if (isWrongType(refused)) {
        return new Content.NoString();
      }
      throw refused;
    }
  }

  /*
   * The former version of this service kept a hash: data, rev, number, used; and leases under keys
   * of their own, which are of no interest any more, as they ended within seconds.
   */
  private static final byte[][] FORMER = {
    bytes("data"), bytes("rev"), bytes("number"), bytes("used")
  };

  private static final int LONGEST_NUMBER = 18;

  /** A grant as the former version kept it; anything else is foreign. */
  static StoredGrant former(
      RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] key, Duration limit) {
    List<RedisFuture<Long>> sizes = new ArrayList<>();
    for (byte[] field : FORMER) {
      sizes.add(redis.hstrlen(key, field));
    }
    try {
      long data = await(sizes.getFirst(), limit);
      for (RedisFuture<Long> size : sizes.subList(1, sizes.size())) {
        if (await(size, limit) > LONGEST_NUMBER) {
          return StoredGrant.FOREIGN;
        }
      }
      boolean fits = data <= StoredGrant.LARGEST;
      List<KeyValue<byte[], byte[]>> all =
          await(redis.hmget(key, fits ? FORMER : numbers()), limit);
      int first = fits ? 1 : 0;
      return new StoredGrant(
          number(all.get(first)),
          number(all.get(first + 1)),
          number(all.get(first + 2)),
          0,
          "",
          fits ? all.getFirst().map(RedisReads::text).getValueOrElse("") : StoredGrant.DAMAGED);
    } catch (RedisCommandExecutionException refused) {
      if (isWrongType(refused)) {
        return StoredGrant.FOREIGN;
      }
      throw refused;
    } catch (NumberFormatException noNumber) {
      return StoredGrant.FOREIGN;
    }
  }

  private static byte[][] numbers() {
    return new byte[][] {FORMER[1], FORMER[2], FORMER[3]};
  }

  private static long number(KeyValue<byte[], byte[]> field) {
    return field.map(value -> Long.parseLong(text(value))).getValueOrElse(0L);
  }

  /**
   * Waits for an answer.
   *
   * @throws RedisException if there is none, or it is an error
   */
  static <T> T await(RedisFuture<T> asked, Duration limit) {
    try {
      @Nullable T answer = asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (answer == null) {
        throw new RedisException("no answer");
      }
      return answer;
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof RedisException known
          ? known
          : new RedisException(failed.getCause());
    } catch (TimeoutException | CancellationException late) {
      throw new RedisException("no answer in time", late);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new RedisCommandInterruptedException(stop);
    }
  }

  private static boolean isWrongType(RedisException refused) {
    return String.valueOf(refused.getMessage()).startsWith("WRONGTYPE");
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
