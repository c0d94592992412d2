package dev.kintsugi.bench;

import dev.kintsugi.kit.Json;
import dev.kintsugi.tokens.app.TokenRefreshService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One token service in a process of its own, as a deployment has it but for its names and keys. */
record TokenProcess(Child child, int port, HttpClient http) implements AutoCloseable {

  /** A provider that nobody is to call: every token is good until long after the end. */
  private static final String PROVIDER = "kintsugi.tokens.providers.nobody.";

  private static final int DAY_SECONDS = 86_400;

  /** Starts one and returns when it answers. */
  static TokenProcess start(int port, Map<String, String> cluster, String redis, Path log)
      throws IOException, InterruptedException {
    Map<String, String> settings = new TreeMap<>(cluster);
    settings.put("server.port", Integer.toString(port));
    settings.put("kintsugi.tokens.redis-url", redis);
    settings.put("kintsugi.tokens.encryption-key", "5a".repeat(32));
    settings.put(PROVIDER + "token-endpoint", "http://127.0.0.1:1/token");
    settings.put(PROVIDER + "client-id", "bench");
    Child child =
        Child.start(
            TokenRefreshService.class,
            Child.SERVER,
            jar -> Child.isNodes(jar) && !Child.isNode(jar),
            settings,
            List.of(),
            log);
    child.await(printed -> printed.contains("Started TokenRefreshService"));
    return new TokenProcess(child, port, HttpClient.newHttpClient());
  }

  /** Hands a user's grant in, with a token that is good for a day. */
  void put(String application, String grant, String user) throws IOException, InterruptedException {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("userId", user)
        .put("refreshToken", "refresh-" + grant)
        .put("accessToken", accessToken(grant))
        .put("expiresIn", DAY_SECONDS);
    HttpRequest request =
        to("/v1/grants/" + grant, application)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body.toString()))
            .build();
    checked(http.send(request, BodyHandlers.ofString()), 201);
  }

  /** As long as providers' tokens usually are. */
  static String accessToken(String grant) {
    return "access-" + grant + '-' + "x".repeat(700);
  }

  /** Checks that a user gets the token that was handed in. */
  void check(String token, String grant) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            to("/v1/grants/" + grant + "/access-token", token).build(), BodyHandlers.ofString());
    checked(answer, 200);
    String given = Json.MAPPER.readTree(answer.body()).path("accessToken").asString("");
    if (!given.equals(accessToken(grant))) {
      throw new IOException("grant " + grant + " has another token than was handed in");
    }
  }

  /** The bytes of a read. */
  static byte[] read(String token, String grant) {
    return ("GET /v1/grants/"
            + grant
            + "/access-token HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
            + token
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** What it has counted since it was started. */
  TokenReads.Served served(String operator) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(to("/admin/v1/stats", operator).build(), BodyHandlers.ofString());
    checked(answer, 200);
    JsonNode stats = Json.MAPPER.readTree(answer.body());
    return new TokenReads.Served(
        stats.path("requests").asLong(),
        stats.path("stalls").asLong(),
        stats.path("cached").asLong());
  }

  private HttpRequest.Builder to(String path, String token) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("Authorization", "Bearer " + token);
  }

  private static void checked(HttpResponse<String> answer, int wanted) throws IOException {
    if (answer.statusCode() != wanted) {
      throw new IOException(
          "the token service answered " + answer.statusCode() + ' ' + answer.body());
    }
  }

  @Override
  public void close() {
    http.close();
    child.close();
  }
}
