package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KitTest {

  private static TestIssuer issuer;
  private static TestService service;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TestIssuer();
    service = new TestService(issuer.url(), "kintsugi.cluster.audience=kintsugi");
  }

  @AfterAll
  static void stop() {
    service.close();
    issuer.close();
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    Map<?, ?> body = Json.MAPPER.readValue(answer.body(), Map.class);
    assertThat(body.get("status")).isEqualTo(status);
    assertThat(answer.body()).doesNotContain("Exception", "at dev.", "java.");
  }

  @Test
  void an_end_user_is_known_by_client_and_subject() throws Exception {
    var answer = service.get("/v1/me", TestIssuer.signed(issuer.alice().build()));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("EndUser[application=mail, user=alice]");
  }

  @Test
  void es256_is_accepted() throws Exception {
    var answer = service.get("/v1/me", TestIssuer.signedByEc(issuer.alice().build()));
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @MethodSource("anyUserScopes")
  void the_scope_any_user_makes_an_application(Object scope) throws Exception {
    var claims = issuer.alice().subject("mail").claim("scope", scope).build();
    var answer = service.get("/v1/me", TestIssuer.signed(claims));
    assertThat(answer.body()).isEqualTo("Application[application=mail]");
  }

  static Stream<Object> anyUserScopes() {
    return Stream.of("x kintsugi.any-user", List.of("kintsugi.any-user"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTokens")
  void a_bad_token_is_unauthorized(String what, String token) throws Exception {
    for (int attempt = 0; attempt < 2; attempt++) {
      var answer = service.get("/v1/me", token);
      assertProblem(answer, 401);
      assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
      assertThat(answer.body()).contains("\"outcome\":\"refused\"");
    }
  }

  static Stream<Arguments> badTokens() {
    Instant now = Instant.now();
    JWTClaimsSet good = issuer.alice().build();
    String signed = TestIssuer.signed(good);
    String unsigned = signed.substring(0, signed.lastIndexOf('.') + 1);
    return Stream.of(
        Arguments.of("alg=none", TestIssuer.unsigned(good)),
        Arguments.of("signature cut off", unsigned),
        Arguments.of("another key of the same id", TestIssuer.signed(good, TestIssuer.FOREIGN)),
        Arguments.of(
            "wrong issuer", TestIssuer.signed(issuer.alice().issuer("http://evil").build())),
        Arguments.of("wrong audience", TestIssuer.signed(issuer.alice().audience("other").build())),
        Arguments.of(
            "expired",
            TestIssuer.signed(
                issuer.alice().expirationTime(Date.from(now.minusSeconds(30))).build())),
        Arguments.of(
            "not yet valid",
            TestIssuer.signed(
                issuer.alice().notBeforeTime(Date.from(now.plusSeconds(30))).build())),
        Arguments.of("no expiry", TestIssuer.signed(issuer.alice().expirationTime(null).build())),
        Arguments.of("no subject", TestIssuer.signed(issuer.alice().subject(null).build())),
        Arguments.of(
            "no client", TestIssuer.signed(issuer.alice().claim("client_id", null).build())),
        Arguments.of(
            "subject with a line feed",
            TestIssuer.signed(issuer.alice().subject("al\nice").build())),
        Arguments.of(
            "huge", TestIssuer.signed(issuer.alice().claim("x", "y".repeat(8000)).build())),
        Arguments.of("noise", "abc"),
        Arguments.of("three dots", "..."));
  }

  @Test
  void without_a_token_nothing_but_the_open_paths_answers() throws Exception {
    assertProblem(service.send(service.to("/v1/me")), 401);
    assertProblem(service.send(service.to("/v1/nothing")), 401);
    assertProblem(service.send(service.to("/admin/v1/thing")), 401);
    assertProblem(service.send(service.to("/forgotten")), 401);
    assertProblem(service.send(service.to("/actuator/metrics")), 401);
    for (String open :
        List.of(
            "/open",
            "/actuator/health",
            "/actuator/health/liveness",
            "/actuator/health/readiness",
            "/actuator/info",
            "/actuator/prometheus")) {
      assertThat(service.send(service.to(open)).statusCode()).as(open).isEqualTo(200);
    }
  }

  @Test
  void a_token_does_not_open_what_nobody_declared() throws Exception {
    String token = TestIssuer.signed(issuer.alice().build());
    assertProblem(service.get("/forgotten", token), 403);
    assertProblem(service.get("/actuator/metrics", token), 403);
  }

  @Test
  void admin_wants_its_scope() throws Exception {
    assertProblem(service.get("/admin/v1/thing", TestIssuer.signed(issuer.alice().build())), 403);
    String admin = TestIssuer.signed(issuer.alice().claim("scope", "kintsugi.admin").build());
    assertThat(service.get("/admin/v1/thing", admin).body()).isEqualTo("admin");
    assertThat(service.get("/actuator/metrics", admin).statusCode()).isEqualTo(200);
  }

  @Test
  void internal_wants_the_secret_and_nothing_else() throws Exception {
    String admin = TestIssuer.signed(issuer.alice().claim("scope", "kintsugi.admin").build());
    assertProblem(service.get("/internal/v1/thing", admin), 403);
    assertProblem(service.send(service.to("/internal/v1/nothing")), 403);
    for (String path : List.of("/internal/v1/thing", "/%69nternal/v1/thing")) {
      assertProblem(service.send(service.to(path)), 403);
      assertProblem(
          service.send(service.to(path).header("Kintsugi-Internal", TestService.SECRET + "x")),
          403);
    }
    var answer =
        service.send(
            service.to("/internal/v1/thing").header("Kintsugi-Internal", TestService.SECRET));
    assertThat(answer.body()).isEqualTo("internal");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"//internal/v1/thing", "/v1/../internal/v1/thing", "/internal;x/v1/thing"})
  void no_spelling_leads_around_the_secret(String path) throws Exception {
    String token = TestIssuer.signed(issuer.alice().build());
    assertThat(service.get(path, token).statusCode()).isBetween(400, 404);
  }

  @Test
  void problems_of_the_framework_have_the_form_of_all_others() throws Exception {
    String token = TestIssuer.signed(issuer.alice().build());
    assertProblem(service.get("/v1/nothing", token), 404);
    var method = service.get("/v1/echo", token);
    assertProblem(method, 405);
    assertThat(method.headers().firstValue("Allow")).contains("POST");
    assertProblem(
        service.send(
            service
                .to("/v1/echo")
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("{}"))),
        415);
    var failure = post("/v1/fails", "{}", token);
    assertProblem(failure, 500);
    assertThat(failure.body()).contains("\"outcome\":\"unknown\"").doesNotContain("inner secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "[]", "null", "{\"a\":1,\"a\":2}", "{\"a\":1}}", "\"x\"", "{\"a\":NaN}"})
  void malformed_json_is_refused(String body) throws Exception {
    assertProblem(post("/v1/echo", body, TestIssuer.signed(issuer.alice().build())), 400);
  }

  @Test
  void nesting_has_a_bound() throws Exception {
    String token = TestIssuer.signed(issuer.alice().build());
    assertProblem(
        post("/v1/echo", "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}", token), 400);
    assertProblem(post("/v1/echo", "{\"a\":" + "[".repeat(32) + "]".repeat(32) + "}", token), 400);
    assertThat(
            post("/v1/echo", "{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}", token).statusCode())
        .isEqualTo(200);
  }

  @Test
  void two_mebibytes_are_too_large() throws Exception {
    String body = "{\"a\":\"" + "x".repeat(2 << 20) + "\"}";
    assertProblem(post("/v1/echo", body, TestIssuer.signed(issuer.alice().build())), 413);
  }

  private static HttpResponse<String> post(String path, String body, String token)
      throws Exception {
    return service.send(
        service
            .to(path)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }
}
