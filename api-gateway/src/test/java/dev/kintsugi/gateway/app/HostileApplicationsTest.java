package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that want elsewhere, and upstreams that say nonsense. */
@Timeout(60)
class HostileApplicationsTest {

  private static ApplicationWorld world;
  private static SessionId session;

  @BeforeAll
  static void open() {
    world = new ApplicationWorld();
    session = world.gateway.session("alice", "{\"settings\":{\"theme\":\"dark\"}}", "good");
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void fresh() {
    world.upstream.does(exchange -> StubUpstream.answer(exchange, 200, "fine"));
  }

  /** The status of a request that is sent as it stands. */
  private static int raw(String requestLine, String... headers) throws Exception {
    URI at = URI.create(world.gateway.url);
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      OutputStream out = socket.getOutputStream();
      String head =
          requestLine
              + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: Bearer "
              + world.gateway.issuer.user("alice")
              + "\r\nKintsugi-Session-Id: "
              + session
              + "\r\n"
              + String.join("", headers)
              + "\r\n";
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 ");
      return Integer.parseInt(answer.substring(9, 12));
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "/mail/../admin",
        "/mail/./x",
        "/mail/..",
        "/mail/%2e%2e/admin",
        "/mail/.%2E/admin",
        "/mail/%252e%252e/admin",
        "/mail/..%2fadmin",
        "/mail/%2e%2e%2fadmin",
        "/mail/a%2Fb",
        "/mail/a%5Cb",
        "/mail/a\\b",
        "/mail/..;/admin",
        "/mail/..%3b/admin",
        "/mail/x;jsessionid=1",
        "/mail//x",
        "/mail/%00",
        "/mail/a%0d%0aX-Evil:%201",
        "/mail/%c0%ae%c0%ae/admin",
        "/mail/%ff",
        "/mail/%",
        "/mail/%zz",
        "/mail/a|b",
        "/mail/<x>",
        "//evil.example/mail/x",
        "/mail/x?a=|",
      })
  void a_path_that_others_may_read_differently_is_refused(String target) throws Exception {
    assertThat(raw("GET " + target)).isIn(400, 403, 404);
    assertThat(world.upstream.seen()).isEmpty();
  }

  @Test
  void whatever_host_a_client_names_the_request_goes_to_the_declared_one() throws Exception {
    assertThat(raw("GET http://127.0.0.1:1/mail/x")).isEqualTo(200);
    assertThat(raw("GET /mail/@127.0.0.1:1/x")).isEqualTo(200);
    assertThat(raw("GET /mail/x?u=http://127.0.0.1:1/")).isEqualTo(200);
    assertThat(raw("GET /mail/x", "X-Forwarded-Host: a\r\n", "Connection: Authorization\r\n"))
        .isEqualTo(200);
    assertThat(world.upstream.seen())
        .hasSize(4)
        .allMatch(
            seen -> seen.header("Host").equals(URI.create(world.upstream.url()).getAuthority()))
        .allMatch(seen -> !seen.header("Kintsugi-Session").isEmpty())
        .allMatch(seen -> seen.header("Authorization").endsWith(ApplicationWorld.ACCESS_TOKEN));
  }

  @Test
  void a_connection_header_cannot_take_away_what_the_gateway_adds() throws Exception {
    assertThat(raw("GET /mail/x", "Connection: kintsugi-session, x-mine\r\n", "X-Mine: 1\r\n"))
        .isEqualTo(200);
    StubUpstream.Seen seen = world.upstream.seen().getFirst();
    assertThat(seen.header("Kintsugi-Session")).isNotEmpty();
    assertThat(seen.header("X-Mine")).isEmpty();
  }

  @Test
  void malformed_requests_are_refused_before_anybody_is_asked() throws Exception {
    world.gateway.a.forget();
    assertThat(raw("GET /mail/x", "Kintsugi-Session-Id: " + session + "\r\n")).isEqualTo(400);
    assertThat(raw("GET /mail/x", "Via: 1.1 other, 1.1 Kintsugi\r\n")).isEqualTo(508);
    HttpRequest.Builder bare =
        HttpRequest.newBuilder(URI.create(world.gateway.url + "/mail/x"))
            .header("Authorization", "Bearer " + world.gateway.issuer.user("alice"));
    HostileInputTest.assertProblem(world.send(bare.copy()), 400);
    HostileInputTest.assertProblem(
        world.send(bare.copy().header("Kintsugi-Session-Id", "../../etc")), 400);
    HostileInputTest.assertProblem(
        world.send(bare.copy().header("Cookie", "kintsugi-session=a; kintsugi-session=b")), 400);
    HttpResponse<String> method =
        world.send(world.request(session, "/mail/x").PUT(BodyPublishers.ofString("x")));
    HostileInputTest.assertProblem(method, 405);
    assertThat(method.headers().firstValue("Allow")).contains("DELETE, GET, HEAD, POST");
    assertThat(world.get(session, "/elsewhere").statusCode()).isEqualTo(403);
    assertThat(world.get(session, "/open/a/b").statusCode()).isEqualTo(403);
    HostileInputTest.assertProblem(
        world.send(
            world
                .request(session, "/mail/x")
                .POST(BodyPublishers.ofByteArray(new byte[(1 << 20) + 1]))),
        413);
    assertThat(world.upstream.seen()).isEmpty();
    assertThat(world.gateway.a.seen()).isEmpty();
  }

  @Test
  void a_session_that_has_ended_or_never_was_is_unknown() throws Exception {
    SessionId ended = world.gateway.session("alice", "{\"settings\":{}}", "good");
    world.gateway.store.end(ended);
    assertThat(world.get(ended, "/mail/x").statusCode()).isEqualTo(404);
    assertThat(world.upstream.seen()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "",
        "no json",
        "[]",
        "{}",
        "{\"areas\":[]}",
        "{\"areas\":{\"settings\":1}}",
        "{\"areas\":{\"settings\":{}}}",
        "{\"areas\":{\"settings\":{\"patch\":[]}}}",
        "{\"areas\":{\"settings\":{\"patch\":{},\"ifmatch\":\"1\"}}}",
        "{\"areas\":{\"settings\":{\"patch\":{},\"ifMatch\":\"*\"}}}",
        "{\"areas\":{\"settings\":{\"patch\":{},\"ifMatch\":-1}}}",
        "{\"areas\":{\"settings\":{\"patch\":{},\"ifMatch\":\"99999999999999999999\"}}}",
        "{\"areas\":{\"settings\":{\"patch\":{}},\"message-content\":{\"patch\":{}}}}",
        "{\"areas\":{\"settings\":{\"patch\":{}},\"session\":{\"patch\":{}}}}",
        "{\"areas\":{\"settings\":{\"patch\":{}},\"../x\":{\"patch\":{}}}}",
        "{\"areas\":{\"settings\":{\"patch\":{\"a\":1,\"a\":2}}}}",
        "{\"areas\":{\"settings\":{\"patch\":{\"a\":1e999999999}}}}",
      })
  void a_patch_that_breaks_a_rule_is_not_applied_at_all(String patch) throws Exception {
    long before = world.gateway.store.appends();
    world.upstream.patches(patch);
    HttpResponse<String> answer =
        world.send(world.request(session, "/mail/x").POST(BodyPublishers.noBody()));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(502);
    assertThat(answer.body()).contains("\"outcome\":\"unknown\"", "none of it was applied");
    assertThat(world.gateway.store.appends()).isEqualTo(before);
  }

  @Test
  void a_patch_header_that_is_too_long_twofold_or_no_base64url_is_not_applied() throws Exception {
    long before = world.gateway.store.appends();
    world.upstream.patches(
        "{\"areas\":{\"settings\":{\"patch\":{\"a\":\"" + "x".repeat(5000) + "\"}}}}");
    assertThat(world.get(session, "/mail/x").statusCode()).isEqualTo(502);
    world.upstream.does(exchange -> {
      String fine = "{\"areas\":{\"settings\":{\"patch\":{}}}}";
      StubUpstream.patch(exchange, fine);
      StubUpstream.patch(exchange, fine);
      StubUpstream.answer(exchange, 200, "x");
    });
    assertThat(world.get(session, "/mail/x").statusCode()).isEqualTo(502);
    world.upstream.does(exchange -> {
      exchange.getResponseHeaders().add("Kintsugi-Patch", "{\"areas\":{}}");
      StubUpstream.answer(exchange, 200, "x");
    });
    assertThat(world.get(session, "/mail/x").statusCode()).isEqualTo(502);
    assertThat(world.gateway.store.appends()).isEqualTo(before);
  }

  @Test
  void an_older_version_than_the_area_has_is_a_conflict() throws Exception {
    world.upstream.patches("{\"areas\":{\"settings\":{\"ifMatch\":\"0\",\"patch\":{\"a\":1}}}}");
    HttpResponse<String> answer = world.get(session, "/mail/x");
    HostileInputTest.assertProblem(answer, 409);
  }
}
