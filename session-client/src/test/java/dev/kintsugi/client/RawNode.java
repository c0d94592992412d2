package dev.kintsugi.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A listening socket of which a test says, byte by byte, what becomes of each connection. */
public final class RawNode implements AutoCloseable {

  /** What becomes of one connection; it is closed afterwards. */
  interface Script {
    void run(Connection connection) throws Exception;
  }

  /**
   * What came over the line.
   *
   * @param headers names in lower case
   */
  record Seen(String line, Map<String, String> headers, String body) {}

  /** One connection. Confined to its script. */
  static final class Connection {
    private final Socket socket;
    private final InputStream in;

    private Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** The next request with its body. */
    Seen read() throws IOException {
      String request = line();
      Map<String, String> headers = new TreeMap<>();
      for (String line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(java.util.Locale.ROOT),
            line.substring(colon + 1).strip());
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      byte[] body = in.readNBytes(length);
      return new Seen(request, headers, new String(body, StandardCharsets.ISO_8859_1));
    }

    private String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new EOFException();
        }
        if (next != '\r') {
          line.write(next);
        }
      }
      return line.toString(StandardCharsets.ISO_8859_1);
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Comes back when the other side has closed the connection, in whatever manner. */
    void awaitEnd() {
      try {
        while (in.read() >= 0) {
          // What is still on the line is of no interest.
        }
      } catch (IOException reset) {
        // An end as well.
      }
    }

    /** Closes the connection by a reset instead of an end. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  private final ServerSocket server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  RawNode(Script script) throws IOException {
    server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    var unused =
        threads.submit(() -> {
          while (true) {
            Socket socket = server.accept();
            var unusedToo =
                threads.submit(() -> {
                  try (socket) {
                    script.run(new Connection(socket));
                  }
                  return null;
                });
          }
        });
  }

  /** Answers every request of every connection by the same bytes. */
  public static RawNode answering(String answer) throws IOException {
    return new RawNode(connection -> {
      while (true) {
        connection.read();
        connection.write(answer);
      }
    });
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
