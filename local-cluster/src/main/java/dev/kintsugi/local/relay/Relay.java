package dev.kintsugi.local.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Listens on one port and passes connections on to a port of 127.0.0.1, both ways, as its weather
 * has it. Thread-safe; each connection takes four virtual threads and at most 1 MiB per direction.
 */
public final class Relay implements AutoCloseable {

  private static final int CHUNK = 16 << 10;
  private static final int CHUNKS = 64;
  private static final int BACKLOG = 512;
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** Bytes on their way; without any: the sender has closed. */
  private record Chunk(ByteBuffer bytes, long atNanos) {
    static Chunk of(byte[] from, int count) {
      return new Chunk(ByteBuffer.wrap(Arrays.copyOf(from, count)), System.nanoTime());
    }
  }

  private final InetSocketAddress target;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Weather there = Weather.FAIR;
  private Weather back = Weather.FAIR;
  private volatile boolean closed;

  /**
   * Listens on 127.0.0.1.
   *
   * @param port to listen on; 0: any
   * @param target the port to pass connections on to
   */
  public Relay(int port, int target) {
    this(InetAddress.getLoopbackAddress(), port, target);
  }

  /**
   * Listens on an address of this machine.
   *
   * @throws UncheckedIOException if the port is taken or the address is none of this machine's
   */
  public Relay(InetAddress address, int port, int target) {
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), target);
    try {
      this.server = new ServerSocket(port, BACKLOG, address);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen on port " + port + " of " + address.getHostAddress(), e);
    }
    Thread.ofVirtual().name("relay-" + server.getLocalPort()).start(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  /**
   * Changes the weather, also for connections that are open.
   *
   * @param toTarget of bytes from whoever connects
   * @param fromTarget of bytes back to them
   */
  public void weather(Weather toTarget, Weather fromTarget) {
    lock.lock();
    try {
      there = toTarget;
      back = fromTarget;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Closes all connections; new ones are accepted. */
  public void cut() {
    sockets.forEach(Relay::close);
  }

  private void accept() {
    while (!closed) {
      try {
        Socket caller = server.accept();
        sockets.add(caller);
        Thread.ofVirtual().start(() -> connect(caller));
      } catch (IOException e) {
        // Closed, or a caller that has gone again.
      }
    }
  }

  private void connect(Socket caller) {
    Socket called = new Socket();
    sockets.add(called);
    try {
      caller.setTcpNoDelay(true);
      called.setTcpNoDelay(true);
      called.connect(target, (int) CONNECT.toMillis());
    } catch (IOException notThere) {
      end(caller, called);
      return;
    }
    pass(caller, called, true);
    pass(called, caller, false);
  }

  private void pass(Socket from, Socket to, boolean toTarget) {
    BlockingQueue<Chunk> way = new ArrayBlockingQueue<>(CHUNKS);
    Thread.ofVirtual().start(() -> read(from, to, way));
    Thread.ofVirtual().start(() -> write(from, to, way, toTarget));
  }

  private void read(Socket from, Socket to, BlockingQueue<Chunk> way) {
    byte[] buffer = new byte[CHUNK];
    try {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
        way.put(Chunk.of(buffer, count));
      }
      way.put(Chunk.of(buffer, 0));
    } catch (IOException broken) {
      end(from, to);
      // Whoever waits for more must learn of it.
      boolean _ = way.offer(Chunk.of(buffer, 0));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Socket from, Socket to, BlockingQueue<Chunk> way, boolean toTarget) {
    try {
      OutputStream out = to.getOutputStream();
      while (true) {
        Chunk chunk = way.poll(1, TimeUnit.SECONDS);
        if (chunk == null) {
          if (to.isClosed()) {
            return;
          }
          continue;
        }
        awaitArrival(chunk, toTarget);
        if (!chunk.bytes().hasRemaining()) {
          to.shutdownOutput();
          if (from.isOutputShutdown()) {
            end(from, to);
          }
          return;
        }
        out.write(chunk.bytes().array());
      }
    } catch (IOException broken) {
      end(from, to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitArrival(Chunk chunk, boolean toTarget) throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        Weather weather = toTarget ? there : back;
        long left = chunk.atNanos() + weather.delay().toNanos() - System.nanoTime();
        if (weather.stopped()) {
          changed.await();
        } else if (left > 0) {
          long _ = changed.awaitNanos(left);
        } else {
          return;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void end(Socket one, Socket other) {
    close(one);
    close(other);
    sockets.remove(one);
    sockets.remove(other);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      // Nothing is left to close.
    }
  }

  /** Ends everything. */
  @Override
  public void close() {
    closed = true;
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot stop listening", e);
    } finally {
      cut();
      weather(Weather.FAIR, Weather.FAIR);
    }
  }
}
