package dev.kintsugi.gateway.adapter.nodes;

import dev.kintsugi.client.AttemptFailedException;
import dev.kintsugi.client.AttemptFailedException.Kind;
import dev.kintsugi.client.NodeAnswer;
import dev.kintsugi.client.ShardRequest;
import dev.kintsugi.client.Transport;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * Attempts on the event loop that asks for them: whoever asks on one of the loops gets the answer
 * there, by a connection of that loop, without any other thread being woken. Who asks elsewhere
 * (the timer, for a replay) gets it on any of them. Thread-safe.
 *
 * <p>Does not own the loops; closing it closes its connections.
 */
public final class NettyTransport implements Transport, AutoCloseable {
  /*
   * Each loop has a client and connections of its own. One pool for all would hand a loop the
   * connections of others, and each exchange on one of those would change threads twice.
   */

  /** What nodes promise to keep an idle connection for is longer (kintsugi.server.idle-timeout). */
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(30);

  private static final Duration SWEEP = Duration.ofSeconds(10);

  /** A node's address that nobody called for so long is forgotten. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(5);

  private record Lane(EventLoop loop, ConnectionProvider connections, HttpClient http) {}

  private final List<Lane> lanes = new ArrayList<>();

  /**
   * A transport.
   *
   * @param loops those of the HTTP server
   * @param maxConnections of one loop to one address. More than calls may be under way there: it
   *     should never be met, as attempts fail that do not get a connection within the connect
   *     timeout
   * @param tls of {@code https} addresses; empty: the JDK's usual trust
   */
  public NettyTransport(
      EventLoopGroup loops, int maxConnections, Duration connectTimeout, Optional<SslContext> tls) {
    loops.forEach(loop -> lanes.add(lane((EventLoop) loop, maxConnections, connectTimeout, tls)));
  }

  private static Lane lane(
      EventLoop loop, int maxConnections, Duration connectTimeout, Optional<SslContext> tls) {
    ConnectionProvider connections =
        ConnectionProvider.builder("nodes")
            .maxConnections(maxConnections)
            .pendingAcquireTimeout(connectTimeout)
            .maxIdleTime(LONGEST_IDLE)
            .evictInBackground(SWEEP)
            .disposeInactivePoolsInBackground(SWEEP, FORGOTTEN)
            // The last one used is the least likely to be closing; the others grow old and go.
            .lifo()
            .build();
    HttpClient http =
        HttpClient.create(connections)
            .runOn(loop)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connectTimeout.toMillis()))
            .option(ChannelOption.TCP_NODELAY, true)
            .disableRetry(true);
    return new Lane(
        loop,
        connections,
        tls.map(context -> http.secure(spec -> spec.sslContext(context))).orElse(http));
  }

  @Override
  @SuppressWarnings("NullAway") // A future of Reactor's may hold null, but not where single() was.
  public CompletableFuture<NodeAnswer> send(URI node, ShardRequest request, int maxAnswerBytes) {
    URI uri;
    try {
      uri = request.at(node);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(new AttemptFailedException(Kind.UNSENT, e));
    }
    Attempt attempt = new Attempt(request, maxAnswerBytes);
    return here()
        .http()
        .request(HttpMethod.valueOf(request.method()))
        .uri(uri)
        .send(attempt::write)
        .response(attempt::read)
        .single()
        .onErrorMap(attempt::failed)
        .toFuture();
  }

  private Lane here() {
    for (Lane lane : lanes) {
      if (lane.loop().inEventLoop()) {
        return lane;
      }
    }
    return lanes.get(ThreadLocalRandom.current().nextInt(lanes.size()));
  }

  /** Attempts under way are lost. */
  @Override
  public void close() {
    lanes.forEach(lane -> lane.connections().dispose());
  }
}
