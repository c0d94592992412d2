package dev.kintsugi.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * An address at which attempts to connect are dropped: once the queue of a socket that accepts
 * nobody is full, the kernel drops further ones.
 */
final class DeafMachine implements AutoCloseable {

  private static final int MORE_THAN_THE_QUEUE_HOLDS = 8;

  private final ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final List<Socket> queue = new ArrayList<>();

  DeafMachine() throws IOException {
    for (int i = 0; i < MORE_THAN_THE_QUEUE_HOLDS; i++) {
      Socket caller = new Socket();
      queue.add(caller);
      try {
        caller.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()), 50);
      } catch (IOException expected) {
        break;
      }
    }
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + full.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    full.close();
    for (Socket caller : queue) {
      caller.close();
    }
  }
}
