package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What an upstream application is told, and what becomes of its answers. */
@Timeout(60)
class ApplicationsTest {

  private static final String AREAS =
      "{\"settings\":{\"theme\":\"dark\"},\"mailbox-list\":{\"unread\":3}}";

  private static ApplicationWorld world;
  private SessionId session;

  @BeforeAll
  static void open() {
    world = new ApplicationWorld("kintsugi.gateway.applications.max-state-bytes=1500");
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void fresh() {
    world.upstream.does(exchange -> StubUpstream.answer(exchange, 200, "fine"));
    session = world.gateway.session("alice", AREAS, "good");
  }

  private StubUpstream.Seen seen() {
    assertThat(world.upstream.seen()).hasSize(1);
    return world.upstream.seen().getFirst();
  }

  @Test
  void an_upstream_is_told_the_signed_state_and_a_valid_access_token() throws Exception {
    HttpResponse<String> answer =
        world.send(
            world
                .request(session, "/mail/box%20one?page=2&q=%2e%2e")
                .POST(BodyPublishers.ofString("a body")));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("fine");
    StubUpstream.Seen seen = seen();
    assertThat(seen.method() + ' ' + seen.target() + ' ' + seen.body())
        .isEqualTo("POST /mail/box%20one?page=2&q=%2e%2e a body");
    assertThat(seen.headers().get("Authorization"))
        .containsExactly("Bearer " + ApplicationWorld.ACCESS_TOKEN);
    SignedJWT jwt = world.verified(seen.header("Kintsugi-Session"));
    assertThat(jwt.getHeader().getType()).hasToString("kintsugi-session+jwt");
    JWTClaimsSet claims = jwt.getJWTClaimsSet();
    assertThat(claims.getIssuer()).isEqualTo("kintsugi");
    assertThat(claims.getAudience()).containsExactly("mail");
    assertThat(claims.getSubject()).isEqualTo("alice");
    assertThat(claims.getJWTID()).isNotEmpty();
    assertThat(claims.getClaim("sid")).isEqualTo(session.toString());
    assertThat(claims.getJSONObjectClaim("req"))
        .isEqualTo(Map.of("method", "POST", "target", "/mail/box%20one?page=2&q=%2e%2e"));
    assertThat(claims.getJSONObjectClaim("areas"))
        .isEqualTo(
            Map.of(
                "settings", Map.of("version", 1L, "attributes", Map.of("theme", "dark")),
                "mailbox-list", Map.of("version", 1L, "attributes", Map.of("unread", 3L))));
    Duration life =
        Duration.between(claims.getIssueTime().toInstant(), claims.getExpirationTime().toInstant());
    assertThat(life).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void an_area_that_was_never_written_has_version_0_and_can_be_patched() throws Exception {
    SessionId empty = world.gateway.session("alice", "{}", "good");
    world.upstream.patches("{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"light\"}}}}");
    HttpResponse<String> answer = world.get(empty, "/mail/");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Kintsugi-Applied")).contains("settings=1");
  }

  @Test
  void what_a_client_says_in_the_name_of_others_does_not_reach_the_upstream() throws Exception {
    HttpResponse<String> answer =
        world.send(
            world
                .request(session, "/mail/x")
                .header("Kintsugi-Session", "forged")
                .header("Kintsugi_Session", "forged")
                .header("Kintsugi-Internal", "guess")
                .header("Cookie", "secret=1")
                .header("Forwarded", "for=6.6.6.6")
                .header("X-Forwarded-For", "6.6.6.6")
                .header("X-Forwarded-Host", "evil.example")
                .header("X-Forwarded-Prefix", "/evil")
                .header("X-Real-IP", "6.6.6.6")
                .header("X-HTTP-Method-Override", "DELETE")
                .header("X-Original-URL", "/admin")
                .header("Proxy-Authorization", "Basic eA==")
                .header("Accept-Language", "de")
                .header("Idempotency-Key", "mine"));
    assertThat(answer.statusCode()).isEqualTo(200);
    StubUpstream.Seen seen = seen();
    assertThat(seen.headers().get("Kintsugi-Session")).hasSize(1);
    world.verified(seen.header("Kintsugi-Session"));
    assertThat(seen.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
    assertThat(seen.header("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(seen.header("X-Forwarded-Host"))
        .isEqualTo(URI.create(world.gateway.url).getAuthority());
    assertThat(seen.header("Via")).isEqualTo("1.1 kintsugi");
    assertThat(seen.header("Accept-Language")).isEqualTo("de");
    assertThat(seen.header("Idempotency-Key")).isEqualTo("mine");
    assertThat(seen.headers().keySet())
        .doesNotContain(
            "Cookie",
            "Forwarded",
            "Kintsugi_session",
            "Kintsugi-internal",
            "Kintsugi-session-id",
            "X-forwarded-prefix",
            "X-real-ip",
            "X-http-method-override",
            "X-original-url",
            "Proxy-authorization");
  }

  @Test
  void an_answer_comes_back_without_what_is_none_of_the_clients_business() throws Exception {
    world.upstream.does(exchange -> {
      var headers = exchange.getResponseHeaders();
      headers.set("Content-Type", "text/html; charset=utf-8");
      headers.set("ETag", "\"page-1\"");
      headers.set("Set-Cookie", "session=1");
      headers.set("Kintsugi-Anything", "x");
      headers.set("Location", world.upstream.url() + "/mail/next?x=1");
      headers.set("X-Answer", "yes");
      StubUpstream.answer(exchange, 303, "<p>elsewhere</p>");
    });
    HttpResponse<String> answer =
        world.send(world.request(session, "/mail/x").POST(BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(303);
    assertThat(answer.body()).isEqualTo("<p>elsewhere</p>");
    assertThat(answer.headers().firstValue("Location")).contains("/mail/next?x=1");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(answer.headers().firstValue("ETag")).contains("\"page-1\"");
    assertThat(answer.headers().firstValue("X-Answer")).contains("yes");
    assertThat(answer.headers().map().keySet().stream().map(String::toLowerCase))
        .doesNotContain("set-cookie", "kintsugi-anything", "kintsugi-patch");
  }

  @Test
  void answers_without_a_body_and_errors_of_the_application_are_its_own() throws Exception {
    world.upstream.does(exchange -> StubUpstream.answer(exchange, 204, ""));
    assertThat(world.get(session, "/mail/x").statusCode()).isEqualTo(204);
    world.upstream.does(exchange -> StubUpstream.answer(exchange, 500, "boom"));
    HttpResponse<String> failed = world.get(session, "/mail/x");
    assertThat(failed.statusCode() + failed.body()).isEqualTo("500boom");
    world.upstream.does(exchange -> {
      exchange.getResponseHeaders().set("Content-Length", "77");
      StubUpstream.answer(exchange, 200, "x");
    });
    HttpResponse<String> head =
        world.send(world.request(session, "/mail/x").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void a_patch_is_applied_before_the_answer_under_the_version_that_was_shown() throws Exception {
    world.gateway.a.forget();
    world.upstream.patches(
        "{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"light\"}},"
            + "\"mailbox-list\":{\"ifMatch\":\"1\",\"patch\":{\"unread\":2}}}}");
    HttpResponse<String> answer = world.get(session, "/mail/x");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("patched");
    assertThat(answer.headers().firstValue("Kintsugi-Applied"))
        .contains("mailbox-list=2, settings=2");
    assertThat(answer.headers().firstValue("Kintsugi-Patch")).isEmpty();
    JsonNode areas = Json.MAPPER.readTree(rebuilt()).get("areas");
    assertThat(areas.at("/settings/attributes/theme").stringValue()).isEqualTo("light");
    assertThat(areas.at("/mailbox-list/attributes/unread").intValue()).isEqualTo(2);
    List<StubNode.Seen> patches =
        world.gateway.a.seen().stream().filter(seen -> seen.method().equals("PATCH")).toList();
    assertThat(patches).hasSize(2);
    assertThat(patches)
        .allMatch(seen -> seen.header("If-match").equals("\"1\""))
        .allMatch(seen -> !seen.header("Idempotency-key").isEmpty());
  }

  private byte[] rebuilt() {
    return world
        .gateway
        .asUser("alice")
        .get()
        .uri("/v1/sessions/" + session + "/areas")
        .exchange()
        .expectBody()
        .returnResult()
        .getResponseBodyContent();
  }

  @Test
  void a_conflict_is_told_area_by_area_and_never_hidden() throws Exception {
    world.upstream.does(exchange -> {
      world.gateway.store.write(
          session,
          "settings",
          Json.MAPPER.createObjectNode().put("theme", "meanwhile"),
          true,
          java.util.Optional.empty());
      StubUpstream.patch(
          exchange,
          "{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"light\"}},"
              + "\"mailbox-list\":{\"patch\":{\"unread\":2}}}}");
      StubUpstream.answer(exchange, 200, "patched");
    });
    HttpResponse<String> answer =
        world.send(world.request(session, "/mail/x").POST(BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = Json.MAPPER.readTree(answer.body());
    assertThat(problem.get("outcome").stringValue()).isEqualTo("unknown");
    assertThat(problem.get("upstreamStatus").intValue()).isEqualTo(200);
    assertThat(problem.at("/areas/settings/outcome").stringValue()).isEqualTo("refused");
    assertThat(problem.at("/areas/settings/status").intValue()).isEqualTo(412);
    assertThat(problem.at("/areas/mailbox-list/outcome").stringValue()).isEqualTo("applied");
    assertThat(problem.at("/areas/mailbox-list/version").intValue()).isEqualTo(2);
  }

  @Test
  void a_patch_whose_fate_is_unknown_is_504() throws Exception {
    world.upstream.does(exchange -> {
      world.gateway.a.force(504);
      StubUpstream.patch(exchange, "{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"x\"}}}}");
      StubUpstream.answer(exchange, 200, "patched");
    });
    try {
      HttpResponse<String> answer =
          world.send(world.request(session, "/mail/x").POST(BodyPublishers.noBody()));
      assertThat(answer.statusCode()).isEqualTo(504);
      JsonNode problem = Json.MAPPER.readTree(answer.body());
      assertThat(problem.get("outcome").stringValue()).isEqualTo("unknown");
      assertThat(problem.at("/areas/settings/outcome").stringValue()).isEqualTo("unknown");
    } finally {
      world.gateway.a.force(0);
    }
  }

  @Test
  void a_state_that_is_too_large_is_refused_before_the_upstream_is_asked() throws Exception {
    SessionId large =
        world.gateway.session(
            "alice", "{\"settings\":{\"a\":\"" + "x".repeat(1200) + "\"}}", "good");
    HttpResponse<String> answer = world.get(large, "/mail/x");
    HostileInputTest.assertProblem(answer, 413);
    assertThat(answer.body()).contains("settings");
    assertThat(world.upstream.seen()).isEmpty();
  }

  @Test
  void the_access_token_is_as_the_route_says() throws Exception {
    SessionId without = world.gateway.session("alice", AREAS);
    HostileInputTest.assertProblem(world.get(without, "/mail/x"), 403);
    assertThat(world.get(without, "/open/x").statusCode()).isEqualTo(200);
    assertThat(seen().headers().containsKey("Authorization")).isFalse();
    // Whoever makes a session names its grant; the token service gives an application any user's.
    HostileInputTest.assertProblem(
        world.get(world.gateway.session("alice", AREAS, "others"), "/mail/x"), 403);
    SessionId ended = world.gateway.session("alice", AREAS, "ended");
    HttpResponse<String> over = world.get(ended, "/mail/x");
    HostileInputTest.assertProblem(over, 401);
    assertThat(over.headers().firstValue("WWW-Authenticate")).isPresent();
    HostileInputTest.assertProblem(
        world.get(world.gateway.session("alice", AREAS, "away"), "/mail/x"), 503);
    HostileInputTest.assertProblem(
        world.get(world.gateway.session("alice", AREAS, "nonsense"), "/mail/x"), 503);
    HostileInputTest.assertProblem(
        world.get(world.gateway.session("alice", AREAS, "none-such"), "/mail/x"), 403);
    assertThat(world.upstream.seen()).hasSize(1);
  }

  @Test
  void the_session_may_be_named_by_a_cookie_which_grants_nothing() throws Exception {
    HttpRequest.Builder named =
        HttpRequest.newBuilder(URI.create(world.gateway.url + "/mail/x"))
            .header("Cookie", "kintsugi-session=" + session);
    HostileInputTest.assertProblem(world.send(named.copy()), 401);
    HostileInputTest.assertProblem(
        world.send(
            named.copy().header("Authorization", "Bearer " + world.gateway.issuer.user("eve"))),
        403);
    HostileInputTest.assertProblem(
        world.send(
            named.copy().header("Authorization", "Bearer " + world.gateway.issuer.forged("alice"))),
        401);
    assertThat(world.upstream.seen()).isEmpty();
    assertThat(
            world
                .send(
                    named
                        .copy()
                        .header("Authorization", "Bearer " + world.gateway.issuer.user("alice")))
                .statusCode())
        .isEqualTo(200);
    assertThat(seen().headers().containsKey("Cookie")).isFalse();
  }

  @Test
  void activities_are_reported_for_what_was_read_and_written() throws Exception {
    world.gateway.activity().clear();
    world.upstream.patches("{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"light\"}}}}");
    assertThat(world.get(session, "/mail/x").statusCode()).isEqualTo(200);
    List<String> kinds = new java.util.ArrayList<>();
    for (int i = 0; i < 3; i++) {
      kinds.add(world.gateway.activity().poll(10, java.util.concurrent.TimeUnit.SECONDS).kind());
    }
    assertThat(kinds)
        .containsExactlyInAnyOrder("settings.read", "mailbox-list.read", "settings.write");
  }
}
