package dev.kintsugi.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A client of one server on the loopback address that sends at even distances, whatever is
 * answered. Not thread-safe.
 */
final class OpenLoad implements AutoCloseable {
  /*
   * A request counts from when it was due, not from when it left: where the server, the machine or
   * this client stands still, all requests that were due meanwhile count with the wait that they
   * would have had (coordinated omission [1]). Both threads sleep in between: one that looked again
   * and again, as Load does for a few requests a second, would take one of the processors that it
   * shares with the server.
   *
   * [1] Tene, How NOT to Measure Latency, 2013.
   */

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How answers are told from each other. */
  interface Framing {
    /** How long the first answer is; -1 while it is not complete. */
    int length(ByteBuffer in);

    /** Whether a complete answer is the one that was wanted. */
    boolean isGood(ByteBuffer in);
  }

  /** HTTP/1.1 with a length; 2xx is good. */
  static final Framing HTTP =
      new Framing() {
        @Override
        public int length(ByteBuffer in) {
          int bodyAt = Answers.endOfHead(in);
          int length = bodyAt < 0 ? -1 : bodyAt + Answers.contentLength(in, bodyAt);
          return length < 0 || in.position() < length ? -1 : length;
        }

        @Override
        public boolean isGood(ByteBuffer in) {
          return in.get(9) == '2';
        }
      };

  /** Redis's answer to {@code PING}. */
  static final Framing PONG =
      new Framing() {
        private static final int LENGTH = "+PONG\r\n".length();

        @Override
        public int length(ByteBuffer in) {
          return in.position() < LENGTH ? -1 : LENGTH;
        }

        @Override
        public boolean isGood(ByteBuffer in) {
          return in.get(0) == '+';
        }
      };

  /**
   * What came of a run.
   *
   * @param latencies in nanoseconds, from when a request was due to the end of its answer
   * @param late in nanoseconds, from when a request was due to when it was sent: what of the
   *     latencies is this client's, or of connections that were all in use
   * @param failed answers that were not good
   */
  record Run(Histogram latencies, Histogram late, long failed) {

    double millis(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e6;
    }

    double lateMillis(double percentile) {
      return late.getValueAtPercentile(percentile) / 1e6;
    }

    long requests() {
      return latencies.getTotalCount();
    }
  }

  private final Framing framing;
  private final Selector selector;
  private final List<Connection> connections = new ArrayList<>();
  private final BlockingQueue<Connection> idle;

  /** Opens the connections. */
  OpenLoad(int port, int most, Framing framing) throws IOException {
    this.framing = framing;
    this.selector = Selector.open();
    this.idle = new ArrayBlockingQueue<>(most);
    for (int i = 0; i < most; i++) {
      Connection connection = new Connection(port);
      connections.add(connection);
      idle.add(connection);
    }
  }

  /**
   * Sends for a while and returns when all is answered.
   *
   * @throws IOException if a connection breaks, or nothing is answered for ten seconds
   */
  Run run(Supplier<byte[]> requests, int perSecond, Duration span)
      throws IOException, InterruptedException {
    long count = span.toNanos() * perSecond / 1_000_000_000L;
    Reader reader = new Reader(count);
    Thread reading = Thread.ofPlatform().name("bench-reader").daemon().start(reader);
    Histogram late = new Histogram(3);
    long start = System.nanoTime();
    for (long i = 0; i < count && reader.broken == null; i++) {
      long due = start + i * 1_000_000_000L / perSecond;
      byte[] request = requests.get();
      awaitNanos(due);
      Connection connection = idle.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (connection == null) {
        throw new IOException("the server has not answered for " + PATIENCE);
      }
      late.recordValue(Math.max(0, System.nanoTime() - due));
      connection.send(request, due);
    }
    if (!reading.join(PATIENCE)) {
      throw new IOException("the server has not answered for " + PATIENCE);
    }
    if (reader.broken != null) {
      throw new IOException("a connection broke", reader.broken);
    }
    return new Run(reader.latencies, late, reader.failed);
  }

  private static void awaitNanos(long due) throws InterruptedException {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Connection connection : connections) {
      connection.channel.close();
    }
    selector.close();
  }

  /** Reads what is answered until there have been as many answers as requests. */
  private final class Reader implements Runnable {
    private final Histogram latencies = new Histogram(3);
    private long left;
    private long failed;
    private volatile @Nullable IOException broken;

    Reader(long count) {
      this.left = count;
    }

    @Override
    public void run() {
      try {
        while (left > 0) {
          selector.select(this::onReady, PATIENCE.toMillis());
        }
      } catch (IOException e) {
        broken = e;
      } catch (IllegalStateException e) {
        broken = new IOException(e);
      }
    }

    private void onReady(SelectionKey key) {
      Connection connection = (Connection) key.attachment();
      if (!connection.isAnswered()) {
        return;
      }
      latencies.recordValue(Math.max(0, System.nanoTime() - connection.dueNanos));
      failed += connection.takeAnswer() ? 0 : 1;
      left--;
      idle.add(connection);
    }
  }

  private final class Connection {
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(64 * 1024);
    private volatile long dueNanos;

    Connection(int port) throws IOException {
      channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
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

    boolean isAnswered() {
      try {
        if (channel.read(in) < 0) {
          throw new IllegalStateException("the server closed a connection");
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      return framing.length(in) >= 0;
    }

    /** Whether it is good; the next one may come. */
    boolean takeAnswer() {
      boolean good = framing.isGood(in);
      in.clear();
      return good;
    }
  }
}
