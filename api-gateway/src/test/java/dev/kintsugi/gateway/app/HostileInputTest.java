package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Json;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every entry point with input that is malformed, oversized, hostile or not the caller's own. */
@Timeout(120)
class HostileInputTest {

  private static final String JSON = "application/json";
  private static final String NO_ID = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

  /** A request and the status it deserves. {@code SID} in the path is a session of alice. */
  record Case(
      int status, String method, String path, String type, String body, List<String> headers) {
    Case(int status, String method, String path, String type, String body, String... headers) {
      this(status, method, path, type, body, List.of(headers));
    }

    @Override
    public String toString() {
      String shown = body.length() > 40 ? body.length() + " characters" : body;
      return "%d %s %s %s %s %s"
          .formatted(status, method, path, type, shown, headers)
          .replaceAll("\\p{Cntrl}", "?");
    }
  }

  private static GatewayWorld world;
  private static SessionId session;
  private static HttpClient http;

  @BeforeAll
  static void open() {
    world = new GatewayWorld();
    session = world.session("alice", "{\"settings\":{\"secret\":\"alices own\"}}");
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void close() {
    http.close();
    world.close();
  }

  static Stream<Case> malformed() {
    String area = "/v1/sessions/SID/areas/settings";
    String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
    return Stream.of(
        new Case(400, "POST", "/v1/sessions", JSON, ""),
        new Case(400, "POST", "/v1/sessions", JSON, "{"),
        new Case(400, "POST", "/v1/sessions", JSON, "[]"),
        new Case(400, "POST", "/v1/sessions", JSON, "null"),
        new Case(400, "POST", "/v1/sessions", JSON, "{} {}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"a\":1,\"a\":2}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"userId\":7}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"userId\":\"\"}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"userId\":\"a\\u0000b\"}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"userId\":\"" + "x".repeat(257) + "\"}"),
        new Case(403, "POST", "/v1/sessions", JSON, "{\"userId\":\"bob\"}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"areas\":[]}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"areas\":{\"settings\":7}}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"areas\":{\"none\":{}}}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"areas\":{\"session\":{}}}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"idleTimeout\":30}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"idleTimeout\":\"soon\"}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"idleTimeout\":\"-PT1S\"}"),
        new Case(400, "POST", "/v1/sessions", JSON, deep),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"x\":1e99999999999}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{\"areas\":{\"settings\":{\"x\":1e100000}}}"),
        new Case(400, "POST", "/v1/sessions", JSON, "{}", "Idempotency-Key", ""),
        new Case(400, "POST", "/v1/sessions", JSON, "{}", "Idempotency-Key", "x".repeat(129)),
        new Case(
            400,
            "POST",
            "/v1/sessions",
            JSON,
            "{}",
            "Idempotency-Key",
            "a",
            "Idempotency-Key",
            "b"),
        new Case(415, "POST", "/v1/sessions", "text/plain", "{}"),
        new Case(415, "POST", "/v1/sessions", "not a type", "{}"),
        new Case(415, "POST", "/v1/sessions", "application/x-www-form-urlencoded", "a=b"),
        new Case(405, "GET", "/v1/sessions", "", ""),
        new Case(405, "DELETE", "/v1/sessions", "", ""),
        new Case(400, "GET", "/v1/sessions/short", "", ""),
        new Case(400, "GET", "/v1/sessions/" + "!".repeat(32), "", ""),
        new Case(400, "GET", "/v1/sessions/" + "A".repeat(31) + "=", "", ""),
        new Case(403, "GET", "/v1/sessions/" + NO_ID, "", ""),
        new Case(405, "POST", "/v1/sessions/SID", JSON, "{}"),
        new Case(404, "GET", "/v1/sessions/SID/", "", ""),
        new Case(404, "GET", "/v1/sessions/SID/nothing", "", ""),
        new Case(404, "GET", "/v1/sessions/SID/areas/none", "", ""),
        new Case(404, "GET", "/v1/sessions/SID/areas/session", "", ""),
        new Case(400, "GET", "/v1/sessions/SID/areas/..%2f..%2finternal", "", ""),
        new Case(404, "PUT", "/v1/sessions/SID/areas/None%20such", JSON, "{}"),
        new Case(403, "PUT", "/v1/sessions/" + NO_ID + "/areas/settings", JSON, "{}"),
        new Case(400, "PUT", area, JSON, ""),
        new Case(400, "PUT", area, JSON, "{\"a\":"),
        new Case(400, "PUT", area, JSON, "{\"a\":1}x"),
        new Case(400, "PUT", area, JSON, "\"text\""),
        new Case(400, "PUT", area, JSON, "{\"a\":NaN}"),
        new Case(400, "PUT", area, JSON, deep),
        new Case(400, "PUT", area, JSON, "{\"x\":1e99999999999}"),
        new Case(400, "PUT", area, JSON, "{\"x\":[{\"y\":1e-2147483648}]}"),
        new Case(400, "PUT", area, JSON, "{\"x\":12e2147483647}"),
        new Case(400, "PUT", area, JSON, "{\"x\":" + "1".repeat(101) + "}"),
        new Case(400, "PATCH", area, JSON, "{\"x\":1e99999999999}"),
        new Case(400, "PATCH", area, "application/merge-patch+json", "{\"x\":-1e-99999999999}"),
        new Case(400, "PATCH", area, "application/merge-patch+json", "[]"),
        new Case(415, "PATCH", area, "application/json-patch+json", "[]"),
        new Case(415, "PUT", area, "application/merge-patch+json", "{}"),
        new Case(405, "POST", area, JSON, "{}"),
        new Case(400, "PUT", area, JSON, "{}", "If-Match", "a", "If-Match", "b"),
        new Case(400, "PUT", area, JSON, "{}", "If-Match", "\"1\"\t" + "x"),
        new Case(400, "DELETE", area, "", "", "Idempotency-Key", "a\tb"),
        new Case(413, "PUT", area, JSON, "{\"a\":\"" + "x".repeat(2 << 20) + "\"}"),
        new Case(413, "POST", "/v1/sessions", JSON, " ".repeat(2 << 20)),
        new Case(400, "GET", "/v1/sessions/SID/areas?names=", "", ""),
        new Case(400, "GET", "/v1/sessions/SID/areas?names=settings,,", "", ""),
        new Case(404, "GET", "/v1/sessions/SID/areas?names=settings,none", "", ""),
        new Case(403, "GET", "/v1/sessions/" + NO_ID + "/areas", "", ""),
        new Case(405, "PUT", "/v1/sessions/SID/areas", JSON, "{}"),
        new Case(400, "GET", "/v1/sessions/SID/events", "", "", "Last-Event-ID", "nonsense"),
        new Case(400, "GET", "/v1/sessions/SID/events", "", "", "Last-Event-ID", "x".repeat(5000)),
        new Case(
            400,
            "GET",
            "/v1/sessions/SID/events",
            "",
            "",
            "Last-Event-ID",
            "settings:16383:1.1:0:0"),
        new Case(403, "GET", "/v1/sessions/" + NO_ID + "/events", "", ""),
        new Case(405, "DELETE", "/v1/sessions/SID/events", "", ""),
        new Case(403, "GET", "/v1/users/bob/sessions", "", ""),
        new Case(403, "DELETE", "/v1/users/bob/sessions", "", ""),
        new Case(400, "GET", "/v1/users/" + "x".repeat(257) + "/sessions", "", ""),
        new Case(405, "POST", "/v1/users/alice/sessions", JSON, "{}"),
        new Case(404, "GET", "/v1/nothing", "", ""),
        new Case(404, "GET", "/v1/grants", "", ""),
        new Case(400, "GET", "/v1/grants/..%2f..%2finternal", "", ""),
        new Case(400, "GET", "/v1/grants/a%20b/access-token", "", ""),
        new Case(413, "PUT", "/v1/grants/x", JSON, "x".repeat(2 << 20)),
        new Case(403, "GET", "/nothing", "", ""),
        new Case(403, "GET", "/actuator/env", "", ""),
        new Case(403, "GET", "/internal/v1/sessions/SID", "", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void bad_input_is_answered_with_a_problem_and_stores_nothing(Case bad) throws Exception {
    long before = world.store.appends();
    HttpResponse<String> answer = send(bad, "Bearer " + world.issuer.user("alice"));
    assertProblem(answer, bad.status());
    assertThat(world.store.appends()).isEqualTo(before);
  }

  static Stream<Case> entryPoints() {
    return Stream.of(
        new Case(0, "POST", "/v1/sessions", JSON, "{}"),
        new Case(0, "GET", "/v1/sessions/SID", "", ""),
        new Case(0, "DELETE", "/v1/sessions/SID", "", ""),
        new Case(0, "GET", "/v1/sessions/SID/areas", "", ""),
        new Case(0, "GET", "/v1/sessions/SID/areas/settings", "", ""),
        new Case(0, "PUT", "/v1/sessions/SID/areas/settings", JSON, "{}"),
        new Case(0, "PATCH", "/v1/sessions/SID/areas/settings", JSON, "{}"),
        new Case(0, "DELETE", "/v1/sessions/SID/areas/settings", "", ""),
        new Case(0, "GET", "/v1/sessions/SID/events", "", ""),
        new Case(0, "GET", "/v1/users/alice/sessions", "", ""),
        new Case(0, "DELETE", "/v1/users/alice/sessions", "", ""),
        new Case(0, "GET", "/v1/grants/x/access-token", "", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entryPoints")
  void a_missing_or_forged_token_is_401(Case call) throws Exception {
    assertProblem(send(call, ""), 401);
    assertProblem(send(call, "Bearer nonsense"), 401);
    assertProblem(send(call, "Bearer " + world.issuer.forged("alice")), 401);
    assertProblem(send(call, "Basic YWxpY2U6YWxpY2U="), 401);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entryPoints")
  void another_users_session_is_403_and_nothing_of_it_is_shown(Case call) throws Exception {
    if (call.path().contains("SID") || call.path().contains("alice")) {
      HttpResponse<String> answer = send(call, "Bearer " + world.issuer.user("mallory"));
      assertProblem(answer, 403);
      assertThat(answer.body()).doesNotContain("alices own", session.toString());
    }
  }

  @Test
  void a_body_without_announced_length_is_cut_off_at_1_mib() throws Exception {
    for (String path : List.of("/v1/sessions/" + session + "/areas/settings", "/v1/sessions")) {
      byte[] big = ("{\"a\":\"" + "x".repeat(2 << 20) + "\"}").getBytes(StandardCharsets.UTF_8);
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(world.url + path))
              .header("Authorization", "Bearer " + world.issuer.user("alice"))
              .header("Content-Type", JSON)
              .method(
                  path.endsWith("settings") ? "PUT" : "POST",
                  BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(big)));
      assertProblem(http.send(request.build(), BodyHandlers.ofString()), 413);
    }
  }

  @Test
  void good_requests_between_hostile_ones_are_served() throws Exception {
    Case good = new Case(200, "GET", "/v1/sessions/SID/areas/settings", "", "");
    List<Case> bad = malformed().filter(one -> one.body().length() < 10_000).toList();
    List<java.util.concurrent.CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    String token = "Bearer " + world.issuer.user("alice");
    for (int i = 0; i < 200; i++) {
      Case next = i % 2 == 0 ? good : bad.get(i % bad.size());
      answers.add(http.sendAsync(request(next, token), BodyHandlers.ofString()));
    }
    for (int i = 0; i < 200; i += 2) {
      assertThat(answers.get(i).get().statusCode()).isEqualTo(200);
      assertThat(answers.get(i).get().body()).contains("alices own");
    }
  }

  private static HttpResponse<String> send(Case call, String authorization) throws Exception {
    return http.send(request(call, authorization), BodyHandlers.ofString());
  }

  private static HttpRequest request(Case call, String authorization) {
    URI uri = URI.create(world.url + call.path().replace("SID", session.toString()));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(
                call.method(),
                call.body().isEmpty()
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(call.body()));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    if (!call.type().isEmpty()) {
      request.header("Content-Type", call.type());
    }
    for (int i = 0; i < call.headers().size(); i += 2) {
      request.header(call.headers().get(i), call.headers().get(i + 1));
    }
    return request.build();
  }

  static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = Json.MAPPER.readTree(answer.body());
    assertThat(problem.get("status").intValue()).isEqualTo(status);
    assertThat(problem.get("title").stringValue()).isNotEmpty();
    assertThat(problem.get("detail").stringValue()).isNotEmpty();
    assertThat(problem.get("outcome").stringValue()).isEqualTo("refused");
    assertThat(answer.body()).doesNotContain("Exception", "\tat ", "java.", "org.spring");
    if (status == 405) {
      assertThat(answer.headers().firstValue("Allow")).isPresent();
    }
  }
}
