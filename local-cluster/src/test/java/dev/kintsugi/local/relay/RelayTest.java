package dev.kintsugi.local.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Between real sockets: a server that sends back what it gets, and callers. */
class RelayTest {

  private static final int SOON_MILLIS = 10_000;
  private static final int NOT_YET_MILLIS = 150;

  private ServerSocket server;
  private Relay relay;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    relay = new Relay(0, server.getLocalPort());
    Thread.ofVirtual().start(this::echo);
  }

  @AfterEach
  void stop() throws IOException {
    relay.close();
    server.close();
  }

  private void echo() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual()
            .start(() -> {
              try (socket) {
                socket.getInputStream().transferTo(socket.getOutputStream());
              } catch (IOException cut) {
                // As a test wants it.
              }
            });
      } catch (IOException closed) {
        return;
      }
    }
  }

  private Socket call() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), relay.port());
    socket.setSoTimeout(SOON_MILLIS);
    return socket;
  }

  private static void say(Socket socket, int what) throws IOException {
    socket.getOutputStream().write(what);
  }

  private static int hear(Socket socket) throws IOException {
    return socket.getInputStream().read();
  }

  private static void hearsNothingYet(Socket socket) throws IOException {
    socket.setSoTimeout(NOT_YET_MILLIS);
    assertThatThrownBy(() -> hear(socket)).isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(SOON_MILLIS);
  }

  @Test
  void in_fair_weather_everything_arrives() throws IOException {
    byte[] much = new byte[3 << 20];
    much[much.length - 1] = 7;
    try (Socket socket = call()) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              socket.getOutputStream().write(much);
              socket.shutdownOutput();
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(much);
    }
  }

  @Test
  void what_is_stopped_one_way_arrives_when_the_weather_is_fair_again() throws IOException {
    try (Socket socket = call()) {
      say(socket, 1);
      assertThat(hear(socket)).isEqualTo(1);
      relay.weather(Weather.FAIR, Weather.STOPPED);
      say(socket, 2);
      hearsNothingYet(socket);
      relay.weather(Weather.FAIR, Weather.FAIR);
      assertThat(hear(socket)).isEqualTo(2);
      relay.weather(Weather.STOPPED, Weather.FAIR);
      say(socket, 3);
      hearsNothingYet(socket);
      relay.weather(Weather.FAIR, Weather.FAIR);
      assertThat(hear(socket)).isEqualTo(3);
    }
  }

  @Test
  void a_slow_way_takes_its_time() throws IOException {
    Duration delay = Duration.ofMillis(120);
    relay.weather(Weather.slow(delay), Weather.slow(delay));
    try (Socket socket = call()) {
      long began = System.nanoTime();
      say(socket, 1);
      assertThat(hear(socket)).isEqualTo(1);
      assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(delay.toNanos() * 2);
    }
  }

  @Test
  void a_cut_ends_connections_and_allows_new_ones() throws IOException {
    try (Socket socket = call()) {
      say(socket, 1);
      assertThat(hear(socket)).isEqualTo(1);
      relay.cut();
      assertThat(ends(socket)).isTrue();
    }
    try (Socket socket = call()) {
      say(socket, 2);
      assertThat(hear(socket)).isEqualTo(2);
    }
  }

  private static boolean ends(Socket socket) throws IOException {
    try {
      return hear(socket) < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void behind_it_nobody_means_a_closed_connection() throws IOException {
    server.close();
    try (Socket socket = call()) {
      assertThat(ends(socket)).isTrue();
    }
  }

  @Test
  void a_delay_has_bounds() {
    assertThatIllegalArgumentException().isThrownBy(() -> Weather.slow(Duration.ofMillis(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> Weather.slow(Duration.ofMinutes(2)));
  }
}
