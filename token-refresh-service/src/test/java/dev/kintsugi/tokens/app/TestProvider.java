package dev.kintsugi.tokens.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.tokens.adapter.oauth.TestForm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A token endpoint with rotating refresh tokens that counts, on a free port. Each family of tokens
 * is {@code name.0}, {@code name.1}, …; only the newest is good.
 */
final class TestProvider implements AutoCloseable {

  /** Answers a refresh. */
  @FunctionalInterface
  interface Behaviour {
    void answer(HttpExchange exchange, String token) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Integer> newest = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
  final List<String> revoked = new CopyOnWriteArrayList<>();
  volatile int lifetimeSeconds = 60;

  TestProvider() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    server.setExecutor(threads);
    server.createContext("/token", this::token);
    server.createContext("/revoke", this::revoke);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** How often a refresh token of the family was sent. */
  int calls(String family) {
    return calls.computeIfAbsent(family, _ -> new AtomicInteger()).get();
  }

  /** What happens to the family's refreshes instead of the proper thing. */
  void behave(String family, Behaviour behaviour) {
    behaviours.put(family, behaviour);
  }

  void behaveWell(String family) {
    behaviours.remove(family);
  }

  /** Holds the answer to the family's next refresh back until the gate opens. */
  void hold(String family, CountDownLatch arrived, CountDownLatch gate) {
    behave(
        family,
        (exchange, token) -> {
          behaveWell(family);
          arrived.countDown();
          try {
            gate.await();
          } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
          }
          proper(exchange, family, token);
        });
  }

  private void token(HttpExchange exchange) throws IOException {
    Map<String, String> form = TestForm.of(exchange);
    String token = form.getOrDefault("refresh_token", "");
    String family = token.contains(".") ? token.substring(0, token.lastIndexOf('.')) : token;
    calls.computeIfAbsent(family, _ -> new AtomicInteger()).incrementAndGet();
    Behaviour behaviour = behaviours.get(family);
    if (behaviour != null) {
      behaviour.answer(exchange, token);
    } else {
      proper(exchange, family, token);
    }
  }

  private void proper(HttpExchange exchange, String family, String token) throws IOException {
    int number = newest.getOrDefault(family, 0);
    if (!token.equals(family + "." + number)) {
      answer(exchange, 400, "application/json", "{\"error\":\"invalid_grant\"}");
      return;
    }
    newest.put(family, number + 1);
    answer(
        exchange,
        200,
        "application/json",
        """
        {"access_token":"access-%1$s.%2$d","token_type":"Bearer","expires_in":%3$d,\
        "refresh_token":"%1$s.%2$d","scope":"openid"}\
        """
            .formatted(family, number + 1, lifetimeSeconds));
  }

  private void revoke(HttpExchange exchange) throws IOException {
    String token = TestForm.of(exchange).getOrDefault("token", "");
    revoked.add(token);
    answer(exchange, 200, "text/plain", "");
  }

  static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
