package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Senders that take their time, on raw sockets, against short limits. */
@Timeout(60)
class SlowSenderTest {

  private static final int NEVER_MILLIS = 20_000;
  private static final int DRIP_MILLIS = 40;

  private static TestIssuer issuer;

  /** Closes what is idle; waits long for all else. */
  private static TestService idle;

  /** Closes after slow heads; waits long for all else. */
  private static TestService heads;

  /** Closes when a body pauses; waits long for all else. */
  private static TestService pauses;

  /** Closes when a whole body takes too long; waits long for all else. */
  private static TestService bodies;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TestIssuer();
    idle = service("idle-timeout");
    heads = service("header-timeout");
    pauses = service("body-pause");
    bodies = service("body-timeout");
  }

  private static TestService service(String shortLimit) {
    return new TestService(issuer.url(), "kintsugi.server." + shortLimit + "=300ms");
  }

  @AfterAll
  static void stop() {
    idle.close();
    heads.close();
    pauses.close();
    bodies.close();
    issuer.close();
  }

  static Socket connected(TestService service) throws IOException {
    int port = service.to("/").build().uri().getPort();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(NEVER_MILLIS);
    return socket;
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** What comes until the service closes the connection. */
  static String answerUntilClosed(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  /** Sends a byte, listens for a moment, and so on until the connection is closed. */
  private static void dripUntilClosed(Socket socket) throws IOException {
    socket.setSoTimeout(DRIP_MILLIS);
    long end = System.nanoTime() + Duration.ofMillis(NEVER_MILLIS).toNanos();
    while (System.nanoTime() - end < 0) {
      try {
        send(socket, "x");
        if (socket.getInputStream().read() < 0) {
          return;
        }
      } catch (SocketTimeoutException stillOpen) {
        // Another drop.
      } catch (IOException reset) {
        return;
      }
    }
    throw new AssertionError("still open");
  }

  static String post(TestIssuer issuer) {
    return "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "
        + TestIssuer.signed(issuer.alice().build())
        + "\r\nContent-Length: 100000\r\n\r\n{\"a\":\"";
  }

  @Test
  void a_connection_on_which_nothing_comes_is_closed() throws Exception {
    try (Socket socket = connected(idle)) {
      assertThat(answerUntilClosed(socket)).isEmpty();
    }
  }

  @Test
  void a_connection_is_kept_for_the_next_request_and_closed_without_one() throws Exception {
    try (Socket socket = connected(idle)) {
      for (int request = 0; request < 3; request++) {
        send(socket, "GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\nopen")) {
          int next = socket.getInputStream().read();
          assertThat(next).as(answer.toString()).isNotNegative();
          answer.append((char) next);
        }
        assertThat(answer).startsWith("HTTP/1.1 200 OK");
      }
      assertThat(answerUntilClosed(socket)).isEmpty();
    }
  }

  @Test
  void half_a_head_is_not_waited_for() throws Exception {
    try (Socket socket = connected(heads)) {
      send(socket, "GET /open HTTP/1.1\r\nHost:");
      assertThat(answerUntilClosed(socket)).isEmpty();
    }
  }

  @Test
  void a_dripping_head_is_not_waited_for() throws Exception {
    try (Socket socket = connected(heads)) {
      send(socket, "GET /open HTTP/1.1\r\nHost: ");
      dripUntilClosed(socket);
    }
  }

  @Test
  void half_a_second_head_is_not_waited_for() throws Exception {
    try (Socket socket = connected(heads)) {
      send(socket, "GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      send(socket, "GET /open HTTP/1.1\r\n");
      assertThat(answerUntilClosed(socket)).contains("200 OK").endsWith("open");
    }
  }

  @Test
  void a_body_that_pauses_is_not_waited_for() throws Exception {
    try (Socket socket = connected(pauses)) {
      send(socket, post(issuer));
      assertThat(answerUntilClosed(socket)).doesNotContain("200");
    }
  }

  @Test
  void a_dripping_body_is_not_waited_for() throws Exception {
    try (Socket socket = connected(bodies)) {
      send(socket, post(issuer));
      dripUntilClosed(socket);
    }
  }

  @Test
  void a_dripping_body_is_not_waited_for_after_an_early_answer_either() throws Exception {
    try (Socket socket = connected(bodies)) {
      send(socket, post(issuer).replace("Bearer ", "Bearer x"));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 401");
      dripUntilClosed(socket);
    }
  }

  @Test
  void a_body_in_pieces_is_taken_while_it_makes_progress() throws Exception {
    try (Socket socket = connected(pauses)) {
      List<String> pieces = Collections.nCopies(20, "x");
      String body = "{\"a\":\"" + String.join("", pieces) + "\"}";
      send(socket, post(issuer).replace("100000", Integer.toString(body.length())));
      socket.setSoTimeout(DRIP_MILLIS);
      for (String piece : pieces) {
        assertThatThrownBy(() -> socket.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        send(socket, piece);
      }
      send(socket, "\"}");
      socket.setSoTimeout(NEVER_MILLIS);
      assertThat(new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void an_answer_may_take_longer_than_any_limit() throws Exception {
    for (TestService service : new TestService[] {idle, heads, pauses, bodies}) {
      var answer = service.send(service.to("/slow"));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("0", "1", "2");
    }
  }
}
