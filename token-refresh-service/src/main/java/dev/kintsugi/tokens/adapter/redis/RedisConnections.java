package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.runtime.StoreUnavailableException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Connections that are one step's alone while it runs, at most so many lent at a time. Thread-safe.
 */
public final class RedisConnections implements AutoCloseable {

  private final RedisClient client;
  private final Semaphore places;
  private final Duration limit;
  private final ConcurrentMap<RedisURI, Deque<StatefulRedisConnection<byte[], byte[]>>> idle =
      new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * No connections yet; they are made when they are needed.
   *
   * @param client must not connect anew by itself; closed with this
   * @param most lent at a time. Too few: steps wait for each other. Too many: a burst of them costs
   *     Redis that many connections
   * @param limit to wait for a place, and for a connection
   */
  public RedisConnections(RedisClient client, int most, Duration limit) {
    if (client.getOptions().isAutoReconnect()) {
      throw new IllegalArgumentException("a client that connects anew would lose WATCH unnoticed");
    }
    this.client = client;
    this.places = new Semaphore(most);
    this.limit = limit;
  }

  /** A connection for one step; closed for good unless it is given back in good order. */
  final class Lent implements AutoCloseable {

    private final RedisURI server;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private boolean inOrder;

    private Lent(RedisURI server, StatefulRedisConnection<byte[], byte[]> connection) {
      this.server = server;
      this.connection = connection;
    }

    StatefulRedisConnection<byte[], byte[]> connection() {
      return connection;
    }

    /** Nothing is watched any more, no answer is awaited. */
    void giveBack() {
      inOrder = true;
    }

    @Override
    public void close() {
      if (inOrder && !closed) {
        idle.computeIfAbsent(server, _ -> new ConcurrentLinkedDeque<>()).addFirst(connection);
      } else {
        end(connection);
      }
      places.release();
    }
  }

  /**
   * Lends a connection.
   *
   * @throws StoreUnavailableException if none can be had
   */
  Lent lend(RedisURI server) {
    take();
    try {
      return new Lent(server, ready(server));
    } catch (RuntimeException none) {
      places.release();
      throw none;
    }
  }

  private void take() {
    try {
      if (!places.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new StoreUnavailableException(
            true, new TimeoutException("all connections to Redis are in use"));
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException(true, stop);
    }
  }

  private StatefulRedisConnection<byte[], byte[]> ready(RedisURI server) {
    @Nullable Deque<StatefulRedisConnection<byte[], byte[]>> all = idle.get(server);
    while (all != null) {
      @Nullable StatefulRedisConnection<byte[], byte[]> next = all.pollFirst();
      if (next == null) {
        break;
      }
      if (next.isOpen()) {
        return next;
      }
      end(next);
    }
    return connected(server);
  }

  private StatefulRedisConnection<byte[], byte[]> connected(RedisURI server) {
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connecting =
        client.connectAsync(ByteArrayCodec.INSTANCE, server).toCompletableFuture();
    try {
      return connecting.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw abandoned(connecting, stop);
    } catch (ExecutionException failed) {
      throw abandoned(connecting, failed.getCause());
    } catch (TimeoutException | CancellationException late) {
      throw abandoned(connecting, late);
    }
  }

  private static StoreUnavailableException abandoned(
      CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connecting,
      @Nullable Throwable why) {
    var _ = connecting.thenAccept(RedisConnections::end);
    return new StoreUnavailableException(true, why == null ? new IOException() : why);
  }

  private static void end(StatefulRedisConnection<byte[], byte[]> connection) {
    var _ = connection.closeAsync();
  }

  /** Closes what is idle: the server is not what it was. */
  void forget(RedisURI server) {
    @Nullable Deque<StatefulRedisConnection<byte[], byte[]>> all = idle.remove(server);
    if (all != null) {
      all.forEach(RedisConnections::end);
    }
  }

  @Override
  public void close() {
    closed = true;
    client.shutdown(Duration.ZERO, Duration.ofMillis(500));
  }
}
