package dev.kintsugi.node.adapter.warmup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnRequestsTest {

  private record Seen(String method, String path, boolean secret, boolean token, String body) {}

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Areas AREAS =
      Areas.of(
          List.of(
              new AreaPolicy(Area.SESSION, 4, 2, 65_536),
              new AreaPolicy(new Area("settings"), 4, 2, 65_536)));

  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
  private volatile int status = 421;
  private final AtomicBoolean breaks = new AtomicBoolean();
  private HttpServer node;
  private HttpClient http;
  private OwnRequests requests;

  @BeforeEach
  void start() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    node.createContext(
        "/",
        exchange -> {
          var headers = exchange.getRequestHeaders();
          seen.add(
              new Seen(
                  exchange.getRequestMethod(),
                  exchange.getRequestURI().getPath(),
                  "0123456789abcdef".equals(headers.getFirst("Kintsugi-Internal")),
                  headers.containsKey("Authorization"),
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
          // The client itself asks for what has no effect once more.
          if (exchange.getRequestMethod().equals("PATCH") && breaks.getAndSet(false)) {
            throw new IOException("as a connection that breaks");
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    node.start();
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    requests = new OwnRequests(http, "0123456789abcdef", AREAS, new SecureRandom());
  }

  @AfterEach
  void stop() {
    node.stop(0);
    http.shutdownNow();
  }

  private static URI at(int port) {
    return URI.create("http://127.0.0.1:" + port);
  }

  private URI self() {
    return at(node.getAddress().getPort());
  }

  @Test
  void they_come_in_four_kinds_of_which_none_can_have_an_effect() {
    int answered = requests.send(self(), LONG);

    assertThat(answered).isEqualTo(1_000).isEqualTo(seen.size());
    Map<String, List<Seen>> kinds =
        seen.stream()
            .collect(
                Collectors.groupingBy(one ->
                    one.method()
                        + (one.path().startsWith("/internal/") ? " internal" : " public")));
    assertThat(kinds.keySet())
        .isEqualTo(Set.of("GET internal", "PUT internal", "GET public", "PATCH public"));
    for (Seen one : seen) {
      boolean internal = one.path().startsWith("/internal/v1/sessions/");
      assertThat(one.secret()).isEqualTo(internal);
      assertThat(one.token()).isEqualTo(!internal);
      if (!one.method().equals("GET")) {
        assertThat(one.body()).isNotEmpty();
        assertThatThrownBy(() -> Json.MAPPER.readTree(one.body()))
            .isInstanceOf(RuntimeException.class);
      }
    }
  }

  @Test
  void they_ask_for_sessions_that_nobody_has() {
    requests.send(self(), LONG);

    Set<String> ids = seen.stream().map(one -> id(one.path())).collect(Collectors.toSet());
    assertThat(ids).hasSize(250);
    assertThat(ids).allSatisfy(id -> assertThat(SessionId.parse(id)).isNotNull());
    assertThat(seen)
        .filteredOn(one -> one.method().equals("PUT"))
        .allSatisfy(one -> assertThat(one.path()).endsWith("/areas/settings"));
  }

  private static String id(String path) {
    return path.replaceAll(".*/sessions/([^/]+).*", "$1");
  }

  @Test
  void whatever_is_answered_they_go_on() {
    status = 503;

    assertThat(requests.send(self(), LONG)).isEqualTo(1_000);
  }

  @Test
  void one_that_fails_ends_none_of_the_others() {
    breaks.set(true);

    assertThat(requests.send(self(), LONG)).isEqualTo(999);
  }

  @Test
  void where_nobody_listens_they_end() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }

    assertThat(requests.send(at(port), LONG)).isZero();
  }

  @Test
  void where_nobody_answers_they_end_when_the_time_is_over() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThat(requests.send(at(mute.getLocalPort()), Duration.ofMillis(50))).isZero();
    }
  }
}
