package dev.kintsugi.local.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * One Redis server with its data in one directory.
 *
 * @param program the program {@code redis-server}
 * @param data where the append-only file lies
 * @param port on 127.0.0.1
 */
public record RedisServer(Path program, Path data, int port) {

  private static final int PROBE_MILLIS = 500;

  /** The command that runs it, in {@link #data} as its directory, which must exist. */
  public List<String> command() {
    return List.of(
        program.toString(),
        "--bind",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--dir",
        data.toString(),
        "--appendonly",
        "yes",
        "--save",
        "",
        "--daemonize",
        "no");
  }

  /** Returns whether the server answers PING; one that still loads its data does not. */
  public boolean isReady() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_MILLIS);
      socket.setSoTimeout(PROBE_MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      byte[] answer = socket.getInputStream().readNBytes("+PONG".length());
      return new String(answer, StandardCharsets.US_ASCII).equals("+PONG");
    } catch (IOException notYet) {
      return false;
    }
  }
}
