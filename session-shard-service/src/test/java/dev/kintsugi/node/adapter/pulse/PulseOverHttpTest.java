package dev.kintsugi.node.adapter.pulse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.domain.watch.LineEnd;
import dev.kintsugi.node.runtime.NodeStatus;
import dev.kintsugi.node.runtime.OwnPulse;
import dev.kintsugi.node.runtime.PeerLines;
import dev.kintsugi.node.runtime.StatusSource;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.RouterFunctions;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Pulses between a real server and a real client, and what the client makes of others. */
@Timeout(30)
class PulseOverHttpTest {

  private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
  private final PeerLines.Listener listener =
      new PeerLines.Listener() {
        @Override
        public void onPulse(Incarnation of) {
          told.add(of);
        }

        @Override
        public void onEnd(LineEnd how) {
          told.add(how);
        }
      };
  private final NodeStatus status =
      new NodeStatus(
          new Incarnation(-5),
          MapVersion.NONE,
          true,
          Optional.of(Duration.ofMillis(40)),
          Optional.of(Duration.ofMillis(10)),
          0,
          0,
          0,
          0,
          false,
          0,
          0,
          List.of(),
          List.of());
  private volatile Duration statusAge = Duration.ZERO;
  private final OwnPulse pulse =
      new OwnPulse(
          new StatusSource() {
            @Override
            public NodeStatus status() {
              return status;
            }

            @Override
            public Duration statusAge() {
              return statusAge;
            }
          });
  private HttpClient http;
  private HttpPeerLines lines;

  @BeforeEach
  void start() {
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(300))
            .build();
    lines = new HttpPeerLines(http, "0123456789abcdef");
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
  }

  private DisposableServer server() {
    var route = new PulseRoute(pulse, Duration.ofMillis(5)).routes();
    return HttpServer.create()
        .host("127.0.0.1")
        .port(0)
        .handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(route)))
        .bindNow();
  }

  private Object next() throws InterruptedException {
    return told.poll(10, TimeUnit.SECONDS);
  }

  private Object nextEnd() throws InterruptedException {
    Object next = next();
    while (next instanceof Incarnation) {
      next = next();
    }
    return next;
  }

  private static URI at(int port) {
    return URI.create("http://127.0.0.1:" + port);
  }

  @Test
  void a_node_that_is_well_pulses_until_it_ends() throws Exception {
    DisposableServer server = server();
    var _ = lines.open(at(server.port()), listener);
    for (int i = 0; i < 5; i++) {
      assertThat(next()).isEqualTo(new Incarnation(-5));
    }
    pulse.end();
    assertThat(nextEnd()).isEqualTo(LineEnd.BROKEN);
    server.disposeNow();
  }

  @Test
  void a_node_whose_loop_stands_still_is_silent_on_a_line_that_stands() throws Exception {
    DisposableServer server = server();
    statusAge = Duration.ofSeconds(1);
    var _ = lines.open(at(server.port()), listener);
    assertThat(told.poll(200, TimeUnit.MILLISECONDS)).isNull();
    statusAge = Duration.ZERO;
    assertThat(next()).isEqualTo(new Incarnation(-5));
    pulse.end();
    assertThat(nextEnd()).isEqualTo(LineEnd.BROKEN);
    server.disposeNow();
  }

  @Test
  void a_line_that_is_closed_from_here_tells_nothing_any_more() throws Exception {
    DisposableServer server = server();
    Runnable close = lines.open(at(server.port()), listener);
    assertThat(next()).isEqualTo(new Incarnation(-5));
    close.run();
    server.disposeNow();
    assertThat(told).doesNotContain(LineEnd.BROKEN);
  }

  @Test
  void nothing_listens() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var _ = lines.open(at(port), listener);
    assertThat(next()).isEqualTo(LineEnd.REFUSED);
  }

  @Test
  void a_name_that_nobody_knows_proves_nothing() throws Exception {
    var _ = lines.open(URI.create("http://no-such-host.invalid:1"), listener);
    assertThat(next()).isEqualTo(LineEnd.UNCLEAR);
  }

  @Test
  void an_address_that_cannot_be_called_proves_nothing() throws Exception {
    var _ = lines.open(URI.create("urn:nobody"), listener);
    assertThat(next()).isEqualTo(LineEnd.UNCLEAR);
  }

  /** Answers the first request with these bytes, then resets the connection. */
  private int answering(String bytes) throws IOException {
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(() -> {
          try (server;
              Socket socket = server.accept()) {
            byte[] some = new byte[4_096];
            if (socket.getInputStream().read(some) > 0) {
              OutputStream out = socket.getOutputStream();
              out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
              out.flush();
              socket.setSoLinger(true, 0);
            }
          } catch (IOException e) {
            told.add(e);
          }
        });
    return server.getLocalPort();
  }

  private static final String OK =
      "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

  @Test
  void a_process_that_is_killed_breaks_the_line() throws Exception {
    int port = answering(OK + chunk("\0\0\0\0\0\0\0\7"));
    var _ = lines.open(at(port), listener);
    assertThat(nextEnd()).isEqualTo(LineEnd.BROKEN);
  }

  @Test
  void something_else_that_answers_there_proves_nothing() throws Exception {
    int port = answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    var _ = lines.open(at(port), listener);
    assertThat(next()).isEqualTo(LineEnd.UNCLEAR);
  }

  private static String chunk(String bytes) {
    return bytes.length() + "\r\n" + bytes + "\r\n";
  }

  @Test
  void pulses_are_put_together_from_pieces_and_an_incarnation_of_0_is_none() throws Exception {
    String none = chunk("\0\0\0\0\0\0\0\0");
    String pieces = chunk("\0\0\0") + chunk("\0\0\0\0\11");
    int port = answering(OK + none + pieces + chunk(""));
    var _ = lines.open(at(port), listener);
    Object first = next();
    if (first instanceof Incarnation) {
      assertThat(first).isEqualTo(new Incarnation(9));
    }
    assertThat(first instanceof LineEnd ? first : nextEnd()).isEqualTo(LineEnd.BROKEN);
  }
}
