package dev.kintsugi.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * A client of one HTTP/1.1 server on the loopback address: one thread for all connections, requests
 * as bytes, of an answer only its status and length are looked at, so that it takes little of the
 * processor that it shares with the server. Not thread-safe.
 */
final class Load implements AutoCloseable {
  /*
   * A closed loop sends a client's next request when the one before is answered. While the server
   * stalls it asks nothing, so a stall counts once per client and not once per request that would
   * have come (coordinated omission). Both sides of a ratio are measured so, and the clients are
   * many. A paced run counts from the time at which a request was due.
   */

  private static final long PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long CLOSE_NANOS = 1_500_000;

  /**
   * What came of a run.
   *
   * @param latencies in nanoseconds
   * @param failed answers other than 2xx
   */
  record Measured(Histogram latencies, long nanos, long failed) {

    double perSecond() {
      return latencies.getTotalCount() * 1e9 / nanos;
    }

    double micros(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e3;
    }
  }

  private final Selector selector;
  private final List<Connection> connections = new ArrayList<>();
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();
  private Histogram latencies = new Histogram(3);
  private long failed;

  /** Opens the connections. */
  Load(int port, int clients) throws IOException {
    selector = Selector.open();
    for (int client = 0; client < clients; client++) {
      Connection connection = new Connection(port);
      connections.add(connection);
      idle.add(connection);
    }
  }

  /** Each connection sends as soon as it is answered. */
  Measured closed(Supplier<byte[]> requests, Duration span) throws IOException {
    begin();
    long start = System.nanoTime();
    long end = start + span.toNanos();
    while (!idle.isEmpty()) {
      idle.remove().send(requests.get(), System.nanoTime());
    }
    while (idle.size() < connections.size()) {
      select(100, end);
      while (System.nanoTime() - end < 0 && !idle.isEmpty()) {
        idle.remove().send(requests.get(), System.nanoTime());
      }
    }
    return new Measured(latencies, System.nanoTime() - start, failed);
  }

  /** Sends at even distances, whatever is answered; counts from when a request was due. */
  Measured paced(Supplier<byte[]> requests, int perSecond, Duration span) throws IOException {
    begin();
    long start = System.nanoTime();
    long end = start + span.toNanos();
    long gap = 1_000_000_000L / perSecond;
    long due = start;
    while (due - end < 0 || idle.size() < connections.size()) {
      long left = due - System.nanoTime();
      if (left <= 0 && due - end < 0 && !idle.isEmpty()) {
        idle.remove().send(requests.get(), due);
        due += gap;
      } else {
        select(left > CLOSE_NANOS ? (left - CLOSE_NANOS) / 1_000_000 : 0, end);
      }
    }
    return new Measured(latencies, System.nanoTime() - start, failed);
  }

  private void begin() {
    latencies = new Histogram(3);
    failed = 0;
  }

  private void select(long millis, long endNanos) throws IOException {
    if (System.nanoTime() - endNanos > PATIENCE_NANOS) {
      throw new IOException("the server has not answered for 10 s");
    }
    if (millis > 0) {
      selector.select(this::onReady, millis);
    } else {
      selector.selectNow(this::onReady);
    }
  }

  private void onReady(SelectionKey key) {
    ((Connection) key.attachment()).read();
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.channel.close();
    }
    selector.close();
  }

  private final class Connection {
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(64 * 1024);
    private long dueNanos;

    Connection(int port) throws IOException {
      channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send(byte[] request, long due) throws IOException {
      dueNanos = due;
      ByteBuffer out = ByteBuffer.wrap(request);
      while (out.hasRemaining()) {
        if (channel.write(out) == 0) {
          Thread.onSpinWait();
        }
      }
    }

    void read() {
      try {
        if (channel.read(in) < 0) {
          throw new IllegalStateException("the server closed a connection");
        }
      } catch (IOException e) {
        throw new IllegalStateException("a connection broke", e);
      }
      int bodyAt = Answers.endOfHead(in);
      if (bodyAt < 0 || in.position() < bodyAt + Answers.contentLength(in, bodyAt)) {
        return;
      }
      latencies.recordValue(Math.max(0, System.nanoTime() - dueNanos));
      if (in.get(9) != '2') {
        failed++;
        if (failed == 1) {
          System.err.println(
              new String(in.array(), 0, Math.min(600, in.position()), StandardCharsets.UTF_8));
        }
      }
      in.clear();
      idle.add(this);
    }
  }
}
