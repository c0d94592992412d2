package dev.kintsugi.local.verify.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 client for many requests at once: connections that are kept open and carry one
 * request at a time, as many as requests are under way. Nothing is repeated and nothing waits for
 * anything; who sends a request is told exactly once what became of it, out of {@link #poll}.
 *
 * <p>One thread only. A request costs some ten microseconds of processor time, which matters where
 * two cores carry the whole suite as well.
 */
public final class Wire implements AutoCloseable {

  /**
   * A server.
   *
   * @param timeout until a request to it is given up
   */
  public record Target(InetSocketAddress address, Duration timeout) {
    public Target(URI base, Duration timeout) {
      this(new InetSocketAddress(base.getHost(), base.getPort()), timeout);
    }
  }

  /** A request under way, in the order of deadlines of its target. */
  private record Turn(Connection connection, long number, long deadlineNanos) {}

  /** Told what became of a request. */
  public interface Listener {
    /** An answer is there, whatever its status. */
    void answered(Response response, long nanos);

    /** There is none, for the reason given. */
    void failed(String why, long nanos);
  }

  /** A server closes idle connections after a minute; a request must not meet that. */
  private static final long IDLE_NANOS = 20_000_000_000L;

  private final int mostConnections;
  private final Selector selector;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
  private final List<Target> targets;
  private final List<Deque<Connection>> idle;
  private final List<Deque<Turn>> turns;
  private final Set<Connection> open = new HashSet<>();
  private int underWay;

  /**
   * @param targets the servers; a request names one by its index
   * @param mostConnections at once; a request beyond fails at once and says why
   */
  public Wire(List<Target> targets, int mostConnections) {
    this.targets = List.copyOf(targets);
    this.idle =
        targets.stream().map(_ -> (Deque<Connection>) new ArrayDeque<Connection>()).toList();
    this.turns = targets.stream().map(_ -> (Deque<Turn>) new ArrayDeque<Turn>()).toList();
    this.mostConnections = mostConnections;
    try {
      this.selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a selector", e);
    }
  }

  /** How many requests have no answer yet. */
  public int underWay() {
    return underWay;
  }

  /** Sends a request to a target; a failure to connect is told by the next {@link #poll}. */
  public void send(int target, byte[] request, Listener listener) {
    long now = System.nanoTime();
    underWay++;
    Connection connection = idleConnection(target, now);
    if (connection == null && open.size() >= mostConnections) {
      underWay--;
      listener.failed("the client has " + open.size() + " connections and opens no more", now);
      return;
    }
    try {
      if (connection == null) {
        connection = Connection.open(targets.get(target).address(), target, selector);
        open.add(connection);
      }
      long number = connection.begin(request, listener);
      long deadline = now + targets.get(target).timeout().toNanos();
      turns.get(target).addLast(new Turn(connection, number, deadline));
      connection.write();
    } catch (IOException e) {
      if (connection == null) {
        underWay--;
        listener.failed("cannot connect: " + e.getMessage(), now);
      } else {
        drop(connection, "cannot send: " + e.getMessage(), now);
      }
    }
  }

  /**
   * Opens connections ahead of the requests that they will carry; one that cannot be opened is left
   * out.
   */
  public void open(int target, int count) {
    long now = System.nanoTime();
    for (int i = 0; i < count && open.size() < mostConnections; i++) {
      try {
        Connection connection = Connection.open(targets.get(target).address(), target, selector);
        connection.idleSinceNanos = now;
        open.add(connection);
        idle.get(target).addLast(connection);
      } catch (IOException notNow) {
        return;
      }
    }
  }

  private @Nullable Connection idleConnection(int target, long now) {
    Deque<Connection> waiting = idle.get(target);
    Connection newest = waiting.pollLast();
    while (newest != null && (newest.isClosed() || now - newest.idleSinceNanos > IDLE_NANOS)) {
      close(newest);
      newest = waiting.pollLast();
    }
    return newest;
  }

  /** Moves bytes for at most so many milliseconds, or until some have moved. */
  public void poll(long millis) {
    try {
      if (millis > 0) {
        selector.select(this::ready, millis);
      } else {
        selector.selectNow(this::ready);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot select", e);
    }
    long now = System.nanoTime();
    turns.forEach(ofTarget -> expire(ofTarget, now));
  }

  private void expire(Deque<Turn> ofTarget, long now) {
    for (Turn turn = ofTarget.peekFirst(); turn != null; turn = ofTarget.peekFirst()) {
      boolean over = turn.number() != turn.connection().number;
      if (!over && now - turn.deadlineNanos() < 0) {
        return;
      }
      ofTarget.removeFirst();
      if (!over) {
        drop(turn.connection(), "no answer within the client's time", now);
      }
    }
  }

  private void ready(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (key.isConnectable()) {
        connection.connected();
      }
      if (key.isValid() && key.isWritable()) {
        connection.write();
      }
      if (key.isValid() && key.isReadable()) {
        read(connection);
      }
    } catch (IOException e) {
      drop(connection, String.valueOf(e.getMessage()), System.nanoTime());
    }
  }

  private void read(Connection connection) throws IOException {
    buffer.clear();
    int count = connection.channel.read(buffer);
    boolean ended = count < 0;
    if (count > 0) {
      buffer.flip();
      connection.take(buffer);
    }
    Listener listener = connection.listener;
    if (listener == null) {
      close(connection);
      return;
    }
    var response = ResponseParser.parse(connection.received, connection.length, ended);
    if (response.isPresent()) {
      long now = System.nanoTime();
      underWay--;
      connection.end(now);
      if (ended || !response.get().keepsAlive()) {
        close(connection);
      } else {
        idle.get(connection.target).addLast(connection);
      }
      listener.answered(response.get(), now);
    } else if (ended) {
      drop(connection, "the connection was closed before the answer", System.nanoTime());
    }
  }

  private void drop(Connection connection, String why, long now) {
    Listener listener = connection.listener;
    connection.end(now);
    close(connection);
    if (listener != null) {
      underWay--;
      listener.failed(why, now);
    }
  }

  private void close(Connection connection) {
    open.remove(connection);
    idle.get(connection.target).remove(connection);
    connection.close();
  }

  /** Closes all connections; whoever waits for an answer is told nothing any more. */
  @Override
  public void close() {
    for (Connection connection : List.copyOf(open)) {
      connection.close();
    }
    open.clear();
    try {
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close a selector", e);
    }
  }
}
