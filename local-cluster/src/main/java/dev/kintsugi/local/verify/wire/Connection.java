package dev.kintsugi.local.verify.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One connection and the request that it carries, if any. Not thread-safe. */
final class Connection {

  private static final int USUAL_BYTES = 4 << 10;
  private static final int KEPT_BYTES = 64 << 10;

  final SocketChannel channel;
  final int target;

  /** Counts beginnings and ends, so that a request can be told from those before it. */
  long number;

  long idleSinceNanos;
  Wire.@Nullable Listener listener;
  byte[] received = new byte[USUAL_BYTES];
  int length;

  private final SelectionKey key;
  private ByteBuffer toSend = ByteBuffer.allocate(0);

  private Connection(SocketChannel channel, int target, Selector selector) throws IOException {
    this.channel = channel;
    this.target = target;
    this.key =
        channel.register(
            selector, channel.isConnected() ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
  }

  static Connection open(InetSocketAddress address, int target, Selector selector)
      throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.connect(address);
      return new Connection(channel, target, selector);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  long begin(byte[] request, Wire.Listener told) {
    listener = told;
    toSend = ByteBuffer.wrap(request);
    length = 0;
    return ++number;
  }

  void end(long now) {
    number++;
    listener = null;
    idleSinceNanos = now;
    if (received.length > KEPT_BYTES) {
      received = new byte[USUAL_BYTES];
    }
  }

  void connected() throws IOException {
    if (channel.finishConnect()) {
      key.interestOps(SelectionKey.OP_READ);
      write();
    }
  }

  void write() throws IOException {
    if (!channel.isConnected() || !toSend.hasRemaining()) {
      return;
    }
    channel.write(toSend);
    key.interestOps(
        toSend.hasRemaining()
            ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
            : SelectionKey.OP_READ);
  }

  void take(ByteBuffer bytes) throws IOException {
    int needed = length + bytes.remaining();
    if (needed > ResponseParser.MOST_BYTES) {
      throw new IOException("the answer is too long");
    }
    if (needed > received.length) {
      received = Arrays.copyOf(received, Math.max(needed, received.length * 2));
    }
    int count = bytes.remaining();
    bytes.get(received, length, count);
    length += count;
  }

  boolean isClosed() {
    return !channel.isOpen();
  }

  void close() {
    key.cancel();
    try {
      channel.close();
    } catch (IOException alreadyGone) {
      // Nothing is left to close.
    }
  }
}
