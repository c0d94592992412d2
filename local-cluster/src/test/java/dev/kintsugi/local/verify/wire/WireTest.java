package dev.kintsugi.local.verify.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server of raw sockets that answers as each test wants. */
class WireTest {

  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final List<String> told = new ArrayList<>();
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private Wire wire(Duration timeout, int most) {
    return new Wire(
        List.of(new Wire.Target((InetSocketAddress) server.getLocalSocketAddress(), timeout)),
        most);
  }

  private void send(Wire wire) {
    wire.send(
        0,
        REQUEST,
        new Wire.Listener() {
          @Override
          public void answered(Response response, long nanos) {
            told.add(response.status() + " " + response.body());
          }

          @Override
          public void failed(String why, long nanos) {
            told.add("failed: " + why);
          }
        });
  }

  private static void pollUntil(Wire wire, BooleanSupplier done) {
    for (int i = 0; i < 2_000 && !done.getAsBoolean(); i++) {
      wire.poll(10);
    }
  }

  private static void readHead(InputStream in) throws IOException {
    int newLines = 0;
    while (newLines < 2) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("ended early");
      }
      newLines = next == '\n' ? newLines + 1 : next == '\r' ? newLines : 0;
    }
  }

  private void serve(List<String> answers) {
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = server.accept()) {
            for (String answer : answers) {
              readHead(socket.getInputStream());
              socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
              socket.getOutputStream().flush();
            }
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
          } catch (IOException e) {
            told.add("server: " + e);
          }
        });
  }

  @Test
  void one_connection_carries_one_request_after_another() {
    serve(
        List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none",
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n"));
    try (Wire wire = wire(Duration.ofSeconds(10), 1)) {
      for (int i = 1; i <= 3; i++) {
        int count = i;
        send(wire);
        pollUntil(wire, () -> told.size() == count);
      }
      assertThat(wire.underWay()).isZero();
    }
    assertThat(told).containsExactly("200 one", "201 two", "204 ");
  }

  @Test
  void who_does_not_answer_in_time_is_given_up() {
    serve(List.of());
    try (Wire wire = wire(Duration.ofMillis(50), 1)) {
      send(wire);
      pollUntil(wire, () -> !told.isEmpty());
      assertThat(wire.underWay()).isZero();
    }
    assertThat(told).singleElement().asString().contains("no answer within");
  }

  @Test
  void a_closed_port_is_told() throws IOException {
    server.close();
    try (Wire wire = wire(Duration.ofSeconds(10), 1)) {
      send(wire);
      pollUntil(wire, () -> !told.isEmpty());
    }
    assertThat(told).singleElement().asString().startsWith("failed: ");
  }

  @Test
  void more_than_the_most_connections_are_refused_at_once() {
    serve(List.of());
    try (Wire wire = wire(Duration.ofSeconds(10), 1)) {
      send(wire);
      send(wire);
      assertThat(told).singleElement().asString().contains("opens no more");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-x\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
      })
  void nonsense_is_no_answer(String bytes) {
    byte[] all = bytes.getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> ResponseParser.parse(all, all.length, false))
        .isInstanceOf(IOException.class);
  }

  @Test
  void an_answer_is_there_only_when_all_of_it_is() throws IOException {
    byte[] all =
        "HTTP/1.1 200 OK\r\nETag: \"7\"\r\nContent-Length: 2\r\n\r\nab"
            .getBytes(StandardCharsets.US_ASCII);
    for (int length = 0; length < all.length; length++) {
      assertThat(ResponseParser.parse(all, length, false)).isEmpty();
    }
    Response whole = ResponseParser.parse(all, all.length, false).orElseThrow();
    assertThat(whole.header("etag")).contains("\"7\"");
    assertThat(whole.body()).isEqualTo("ab");
  }

  @Test
  void a_head_without_end_is_given_up() {
    byte[] endless = new byte[70_000];
    assertThatThrownBy(() -> ResponseParser.parse(endless, endless.length, false))
        .hasMessageContaining("too long");
  }
}
