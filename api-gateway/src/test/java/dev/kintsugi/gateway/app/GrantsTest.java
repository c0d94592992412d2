package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Grants are passed on to the token service as they come. */
@Timeout(60)
class GrantsTest {

  private static final List<String> SEEN = new CopyOnWriteArrayList<>();
  private static final CountDownLatch CLOSED = new CountDownLatch(1);
  private static final ExecutorService THREADS = Executors.newVirtualThreadPerTaskExecutor();

  private static HttpServer tokens;
  private static GatewayWorld world;
  private static HttpClient http;

  @BeforeAll
  static void open() throws Exception {
    tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    tokens.setExecutor(THREADS);
    tokens.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          SEEN.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + exchange.getRequestHeaders().getFirst("Kintsugi-Internal")
                  + " "
                  + new String(body, StandardCharsets.UTF_8));
          if (exchange.getRequestURI().getPath().contains("silent")) {
            try {
              CLOSED.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          byte[] answer = "{\"accessToken\":\"t\"}".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.getResponseHeaders().set("Token-Stall", "true");
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    tokens.start();
    world =
        new GatewayWorld(
            "kintsugi.gateway.token-service=http://127.0.0.1:" + tokens.getAddress().getPort(),
            "kintsugi.gateway.token-service-timeout=500ms");
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void close() {
    CLOSED.countDown();
    http.shutdownNow();
    world.close();
    tokens.stop(0);
    THREADS.shutdownNow();
  }

  private static HttpResponse<String> send(
      GatewayWorld through, String method, String path, HttpRequest.BodyPublisher body)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(through.url + path))
            .header("Authorization", "Bearer " + through.issuer.user("alice"))
            .header("Kintsugi-Internal", "guess")
            .header("Content-Type", "application/json")
            .method(method, body)
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void a_grant_call_reaches_the_token_service_with_the_callers_own_authorization()
      throws Exception {
    HttpResponse<String> answer =
        send(world, "GET", "/v1/grants/g-1/access-token", BodyPublishers.noBody());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"accessToken\":\"t\"}");
    assertThat(answer.headers().firstValue("Token-Stall")).contains("true");
    assertThat(SEEN)
        .anyMatch(seen -> seen.matches("GET /v1/grants/g-1/access-token Bearer \\S+ null "));
    send(world, "PUT", "/v1/grants/g-2", BodyPublishers.ofString("{\"userId\":\"alice\"}"));
    assertThat(SEEN)
        .anyMatch(seen -> seen.matches("PUT /v1/grants/g-2 .* null \\{\"userId\":\"alice\"}"));
  }

  @Test
  void a_silent_token_service_makes_a_write_unknown_and_a_read_refused() throws Exception {
    HttpResponse<String> written =
        send(world, "PUT", "/v1/grants/silent", BodyPublishers.ofString("{}"));
    assertThat(written.statusCode()).isEqualTo(504);
    assertThat(written.body()).contains("\"outcome\":\"unknown\"");
    HttpResponse<String> read = send(world, "GET", "/v1/grants/silent", BodyPublishers.noBody());
    HostileInputTest.assertProblem(read, 503);
  }

  @Test
  void a_body_without_announced_length_is_cut_off_on_the_way_through() throws Exception {
    byte[] big = new byte[2 << 20];
    HttpResponse<String> answer =
        send(
            world,
            "PUT",
            "/v1/grants/big",
            BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(big)));
    HostileInputTest.assertProblem(answer, 413);
    assertThat(SEEN).noneMatch(seen -> seen.contains("/big") && seen.length() > 1 << 20);
  }
}
