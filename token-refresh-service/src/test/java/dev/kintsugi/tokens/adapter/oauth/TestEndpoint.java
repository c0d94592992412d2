package dev.kintsugi.tokens.adapter.oauth;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Endpoints;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Verification;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.GrantRules;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.Submission;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A provider's endpoints on a free port, which remember what they were asked. */
final class TestEndpoint implements AutoCloseable {

  static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /** A request as it came. */
  record Asked(String path, Optional<String> authorization, Map<String, String> form) {}

  /** Answers a request in the end. */
  @FunctionalInterface
  interface Behaviour {
    void answer(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour =
      exchange -> json(exchange, 200, "{\"access_token\":\"a1\",\"expires_in\":60}");

  TestEndpoint() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  List<Asked> asked() {
    return asked;
  }

  void behave(Behaviour next) {
    behaviour = next;
  }

  OAuthProvider client(ClientCredential credential) {
    return client(credential, Duration.ofSeconds(2));
  }

  OAuthProvider client(ClientCredential credential, Duration timeout) {
    return client(url(), credential, timeout, http, threads);
  }

  /** A client of the provider at an address. */
  static OAuthProvider client(
      String url,
      ClientCredential credential,
      Duration timeout,
      HttpClient http,
      ExecutorService threads) {
    ProviderSettings settings =
        new ProviderSettings(
            "idp",
            new Endpoints.Fixed(
                URI.create(url + "/token"),
                Optional.of(URI.create(url + "/revoke")),
                Optional.empty()),
            "webmail",
            credential,
            timeout,
            Duration.ofMinutes(5),
            Duration.ZERO,
            new Verification(false, Optional.empty()));
    return new OAuthProvider(settings, http, () -> NOW, threads);
  }

  static Grant grant(String refreshToken) {
    GrantKey key = new GrantKey(new ApplicationId("webmail"), new GrantId("g1"));
    Submission submission =
        new Submission(
            new UserId("alice"),
            "idp",
            Optional.of(new Secret(refreshToken)),
            Optional.empty(),
            Optional.empty(),
            "openid",
            Duration.ZERO);
    return GrantRules.put(key, Optional.empty(), submission, Duration.ofMinutes(5), NOW);
  }

  private void handle(HttpExchange exchange) throws IOException {
    asked.add(
        new Asked(
            exchange.getRequestURI().getPath(),
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
            TestForm.of(exchange)));
    try (exchange) {
      behaviour.answer(exchange);
    }
  }

  static void json(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    http.close();
    threads.shutdownNow();
  }
}
