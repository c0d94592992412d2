package dev.kintsugi.tokens.app;

import dev.kintsugi.tokens.adapter.kafka.KafkaActivity;
import dev.kintsugi.tokens.runtime.TokenRuntime;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One instance of the service on a free port, and calls to it. */
final class TestService implements AutoCloseable {

  private final ConfigurableApplicationContext context;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;

  TestService(String issuer, String redis, String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--server.port=0",
                "--kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
                "--kintsugi.cluster.session-id-key=000102030405060708090a0b0c0d0e0f",
                "--kintsugi.cluster.internal-secret=0123456789abcdef",
                "--kintsugi.cluster.issuer=" + issuer,
                "--kintsugi.tokens.redis-url=" + redis,
                "--kintsugi.tokens.revocation-feed=false",
                "--kintsugi.tokens.encryption-key=" + "5a".repeat(32)));
    settings.addAll(List.of(more));
    if (settings.stream().noneMatch(it -> it.startsWith("--kintsugi.tokens.policy="))) {
      settings.add("--kintsugi.tokens.policy=threshold");
    }
    context =
        new SpringApplicationBuilder(TokenRefreshService.class)
            .run(settings.toArray(String[]::new));
    base = "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port");
  }

  HttpRequest.Builder to(String path, String token) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path, String token) throws Exception {
    return send(to(path, token));
  }

  CompletableFuture<HttpResponse<String>> getAsync(String path, String token) {
    return http.sendAsync(to(path, token).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> put(String path, String token, String body) throws Exception {
    return send(
        to(path, token)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  /** As a part of the deployment asks, with the secret or without. */
  HttpResponse<String> verdicts(String secret, String body) throws Exception {
    return send(
        to("/internal/v1/grants/verdicts", "")
            .header("Kintsugi-Internal", secret)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  HttpResponse<String> delete(String path, String token) throws Exception {
    return send(to(path, token).DELETE());
  }

  <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  /**
   * It does nothing ahead any more. Not closed: two in one process share what their servers need.
   */
  void stopWorking() {
    context.getBean(KafkaActivity.class).close();
    context.getBean(TokenRuntime.class).close();
  }

  static JsonNode json(HttpResponse<String> answer) {
    return JsonMapper.shared().readTree(answer.body());
  }

  @Override
  public void close() {
    http.close();
    context.close();
  }
}
