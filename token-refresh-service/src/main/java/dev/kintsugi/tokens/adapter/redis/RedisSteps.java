package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.adapter.redis.RedisReads.Content;
import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Steps that read what stands under a key, decide, and write, as if nobody else were there.
 * Blocking; thread-safe.
 *
 * <pre>
 *   WATCH key · GETRANGE key · TIME          one round trip
 *   MULTI · SET key … PX … · … · EXEC        one more, or UNWATCH if there is nothing to write
 *   WAIT                                     a third, if replicas must have it
 * </pre>
 */
public final class RedisSteps implements AutoCloseable {
  /*
   * Optimistic locking [1]: EXEC does nothing if the key has changed in any way since WATCH, so a
   * decision is only ever carried out against what it was taken on. Then the step begins anew; each
   * time somebody else's was done, so that all together always get on.
   *
   * WATCH belongs to a connection. A client that silently connects anew between WATCH and EXEC
   * would have the transaction carried out unguarded; therefore these connections are lent to one
   * step at a time, never connect anew, and are closed after whatever goes wrong. An EXEC that is
   * still on its way then does no harm: whoever reads and writes after it is not noticed by it, and
   * whoever wrote before it makes it do nothing.
   *
   * In a Redis Cluster all keys of a step have one hash tag, so that the step is a transaction on one
   * server. MOVED is followed, and ASK too: the flag that ASKING sets lasts until EXEC.
   *
   * [1] https://redis.io/docs/latest/develop/using-commands/transactions/
   */

  /** Of a step that others get ahead of. With the bound on connections it is never reached. */
  private static final int MOST_ATTEMPTS = 200;

  /** Of redirections, servers that turn out to be replicas, and transactions that are refused. */
  private static final int MOST_DETOURS = 4;

  private static final Pattern REDIRECTION =
      Pattern.compile("(MOVED|ASK) [0-9]+ (.*):([0-9]{1,5})");

  /**
   * A string to write.
   *
   * @param keep how long; empty: as long as what it replaces
   */
  record Write(String key, String value, Optional<Duration> keep) {

    static Write keeping(String key, String value, Duration keep) {
      return new Write(key, value, Optional.of(keep));
    }

    static Write inPlace(String key, String value) {
      return new Write(key, value, Optional.empty());
    }

    private SetArgs arguments() {
      return keep.map(time -> SetArgs.Builder.px(Math.max(time.toMillis(), 1)))
          .orElseGet(SetArgs.Builder::keepttl);
    }
  }

  /**
   * What a step comes to.
   *
   * @param result of the step, once everything is written
   * @param writes all of them or none happen; keys share the hash tag of the key that was read
   */
  record Decision<T>(T result, List<Write> writes) {

    static <T> Decision<T> nothing(T result) {
      return new Decision<>(result, List.of());
    }

    static <T> Decision<T> write(T result, Write... writes) {
      return new Decision<>(result, List.of(writes));
    }
  }

  /** How one attempt has ended. */
  private sealed interface Attempt<T> {
    record Done<T>(T result) implements Attempt<T> {}

    /** Somebody else has changed what was read. */
    record Overtaken<T>() implements Attempt<T> {}

    /** Nothing was done, and another attempt may succeed. */
    record Detour<T>(Place to, RedisException why) implements Attempt<T> {}
  }

  private record Place(RedisURI server, boolean asking) {}

  private final RedisNodes nodes;
  private final RedisConnections connections;
  private final Duration limit;
  private final int replicas;

  /**
   * Steps on servers.
   *
   * @param limit for each round trip
   * @param replicas that must have a write before its step is done; a step of which fewer have
   *     heard within half the limit is said to be unknown
   */
  public RedisSteps(RedisNodes nodes, RedisConnections connections, Duration limit, int replicas) {
    this.nodes = nodes;
    this.connections = connections;
    this.limit = limit;
    this.replicas = replicas;
  }

  /**
   * Runs a step.
   *
   * @param decide told what stands there and what time it is for Redis, in milliseconds since 1970;
   *     called again if another step came between
   * @throws StoreUnavailableException if Redis does not answer, or others are always faster
   */
  <T> T run(String key, BiFunction<StoredGrant, Long, Decision<T>> decide) {
    byte[] name = RedisReads.bytes(key);
    Place place = new Place(server(name), false);
    int detours = 0;
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      switch (attempt(place, name, decide)) {
        case Attempt.Done<T>(T result) -> {
          return result;
        }
        case Attempt.Overtaken<T> _ -> {}
        case Attempt.Detour<T>(Place to, RedisException why) -> {
          if (++detours > MOST_DETOURS) {
            throw new StoreUnavailableException(true, why);
          }
          place = to;
        }
      }
    }
    throw new StoreUnavailableException(
        true, new RedisException("others have changed " + key + " each time"));
  }

  private RedisURI server(byte[] key) {
    try {
      return nodes.of(key);
    } catch (RedisException nobodyKnows) {
      throw new StoreUnavailableException(true, nobodyKnows);
    }
  }

  private <T> Attempt<T> attempt(
      Place place, byte[] key, BiFunction<StoredGrant, Long, Decision<T>> decide) {
    try (RedisConnections.Lent lent = connections.lend(place.server())) {
      RedisAsyncCommands<byte[], byte[]> redis = lent.connection().async();
      Decision<T> decision;
      try {
        decision = decide(redis, key, place.asking(), decide);
      } catch (RedisCommandExecutionException refused) {
        return detour(place, refused);
      } catch (RedisException unreachable) {
        nodes.outdated();
        throw new StoreUnavailableException(true, unreachable);
      }
      if (decision.writes().isEmpty()) {
        var _ = redis.unwatch();
        lent.giveBack();
        return new Attempt.Done<>(decision.result());
      }
      return write(place, lent, decision);
    }
  }

  private <T> Decision<T> decide(
      RedisAsyncCommands<byte[], byte[]> redis,
      byte[] key,
      boolean asking,
      BiFunction<StoredGrant, Long, Decision<T>> decide) {
    ask(redis, asking);
    RedisFuture<String> watched = redis.watch(key);
    ask(redis, asking);
    RedisFuture<byte[]> asked = RedisReads.ask(redis, key);
    RedisFuture<List<byte[]>> time = redis.time();
    var _ = RedisReads.await(watched, limit);
    StoredGrant found =
        switch (RedisReads.content(asked, limit)) {
          case Content.Text(String text) -> StoredGrant.parse(text);
          case Content.NoString _ -> RedisReads.former(redis, key, limit);
        };
    return decide.apply(found, millis(RedisReads.await(time, limit)));
  }

  private static void ask(RedisAsyncCommands<byte[], byte[]> redis, boolean asking) {
    if (asking) {
      var _ = redis.asking();
    }
  }

  /** Seconds and microseconds. */
  private static long millis(List<byte[]> time) {
    return Long.parseLong(RedisReads.text(time.getFirst())) * 1_000
        + Long.parseLong(RedisReads.text(time.get(1))) / 1_000;
  }

  private <T> Attempt<T> write(Place place, RedisConnections.Lent lent, Decision<T> decision) {
    RedisAsyncCommands<byte[], byte[]> redis = lent.connection().async();
    try {
      ask(redis, place.asking());
      var _ = redis.multi();
      for (Write write : decision.writes()) {
        var _ =
            redis.set(
                RedisReads.bytes(write.key()), RedisReads.bytes(write.value()), write.arguments());
      }
      TransactionResult done = RedisReads.await(redis.exec(), limit);
      checkEach(done);
      if (!done.wasDiscarded() && replicas > 0) {
        replicated(redis);
      }
      lent.giveBack();
      return done.wasDiscarded()
          ? new Attempt.Overtaken<>()
          : new Attempt.Done<>(decision.result());
    } catch (RedisCommandExecutionException refused) {
      // An error in place of EXEC's results: nothing of the transaction was done.
      return detour(place, refused);
    } catch (RedisException lost) {
      nodes.outdated();
      throw new StoreUnavailableException(false, lost);
    }
  }

  /** A command that passed when it was queued may fail when it is carried out, alone. */
  private static void checkEach(TransactionResult done) {
    for (Object each : done) {
      if (each instanceof Throwable failed) {
        throw new RedisException("not everything of a transaction was done", failed);
      }
    }
  }

  private void replicated(RedisAsyncCommands<byte[], byte[]> redis) {
    long have;
    try {
      have = RedisReads.await(redis.waitForReplication(replicas, limit.toMillis() / 2), limit);
    } catch (RedisCommandExecutionException refused) {
      throw new RedisException("written, but how many replicas have it is not known", refused);
    }
    if (have < replicas) {
      throw new RedisException(
          "written, but only " + have + " of " + replicas + " replicas have it");
    }
  }

  /**
   * Where to try next. A transaction that was refused is tried once more where it was: what is
   * wrong shows itself in the next read.
   */
  private <T> Attempt<T> detour(Place place, RedisCommandExecutionException refused) {
    String why = String.valueOf(refused.getMessage());
    Matcher redirection = REDIRECTION.matcher(why);
    if (redirection.matches()) {
      boolean moved = redirection.group(1).equals("MOVED");
      if (moved) {
        nodes.outdated();
      }
      String host = redirection.group(2);
      RedisURI to =
          nodes.at(
              host.isEmpty() ? place.server().getHost() : host,
              Integer.parseInt(redirection.group(3)));
      return new Attempt.Detour<>(new Place(to, !moved), refused);
    }
    if (refused instanceof RedisReadOnlyException) {
      connections.forget(place.server());
      nodes.outdated();
      return new Attempt.Detour<>(place, refused);
    }
    if (why.startsWith("EXECABORT")) {
      return new Attempt.Detour<>(place, refused);
    }
    throw new StoreUnavailableException(true, refused);
  }

  @Override
  public void close() {
    connections.close();
  }
}
