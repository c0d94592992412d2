package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.kintsugi.core.SessionId;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request whose access token the application does not accept. */
@Timeout(60)
class RefusedTokensTest {

  private static ApplicationWorld world;

  @BeforeAll
  static void open() {
    world = new ApplicationWorld();
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void fresh() {
    world.asked.clear();
    world.upstream.does(exchange -> {
      if (bearer(exchange).equals("Bearer " + ApplicationWorld.ANOTHER_TOKEN)) {
        StubUpstream.patch(exchange, "{\"areas\":{\"settings\":{\"patch\":{\"n\":1}}}}");
        StubUpstream.answer(exchange, 200, "fine");
      } else {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        StubUpstream.answer(exchange, 401, "refused");
      }
    });
  }

  private static String bearer(HttpExchange exchange) {
    return exchange.getRequestHeaders().getFirst("Authorization");
  }

  private static SessionId session(String grant) {
    return world.gateway.session("alice", "{\"settings\":{\"theme\":\"dark\"}}", grant);
  }

  @Test
  void a_safe_request_is_repeated_once_with_another_token() throws Exception {
    HttpResponse<String> answer = world.get(session("short-lived"), "/mail/x");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("fine");
    assertThat(answer.headers().firstValue("Kintsugi-Applied")).isPresent();
    assertThat(world.asked).containsExactly("short-lived", "short-lived?refused=7");
    assertThat(world.upstream.seen()).hasSize(2);
    String first = world.upstream.seen().getFirst().header("Kintsugi-Session");
    String second = world.upstream.seen().getLast().header("Kintsugi-Session");
    assertThat(world.verified(second).getJWTClaimsSet().getJWTID())
        .isNotEqualTo(world.verified(first).getJWTClaimsSet().getJWTID());
  }

  @Test
  void a_change_is_repeated_only_under_an_idempotency_key() throws Exception {
    SessionId session = session("short-lived");
    HttpResponse<String> once =
        world.send(world.request(session, "/mail/x").POST(BodyPublishers.ofString("body")));
    assertThat(once.statusCode()).isEqualTo(401);
    assertThat(world.upstream.seen()).hasSize(1);
    assertThat(world.asked)
        .as("the next request is to find another token")
        .containsExactly("short-lived", "short-lived?refused=7");
    HttpResponse<String> twice =
        world.send(
            world
                .request(session, "/mail/x")
                .header("Idempotency-Key", "k")
                .POST(BodyPublishers.ofString("body")));
    assertThat(twice.statusCode()).isEqualTo(200);
    assertThat(world.upstream.seen()).hasSize(3);
    assertThat(world.upstream.seen().getLast().body()).isEqualTo("body");
    assertThat(world.upstream.seen().getLast().header("Idempotency-Key")).isEqualTo("k");
  }

  @Test
  void without_another_token_the_applications_answer_stands() throws Exception {
    HttpResponse<String> answer = world.get(session("stubborn"), "/mail/x");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo("refused");
    assertThat(world.asked).containsExactly("stubborn", "stubborn?refused=7");
    assertThat(world.upstream.seen()).hasSize(1);
  }

  @Test
  void an_application_that_refuses_every_token_is_asked_twice_at_most() throws Exception {
    world.upstream.does(exchange -> StubUpstream.answer(exchange, 401, "never"));
    HttpResponse<String> answer = world.get(session("short-lived"), "/mail/x");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(world.upstream.seen()).hasSize(2);
    assertThat(world.asked).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 403, 500})
  void other_answers_say_nothing_of_the_token(int status) throws Exception {
    world.upstream.does(exchange -> StubUpstream.answer(exchange, status, "as it is"));
    assertThat(world.get(session("short-lived"), "/mail/x").statusCode()).isEqualTo(status);
    assertThat(world.asked).containsExactly("short-lived");
  }

  @Test
  void a_refusal_that_is_none_of_the_token_or_has_done_something_stands() throws Exception {
    world.upstream.does(exchange -> {
      exchange.getResponseHeaders().add("WWW-Authenticate", "Bearer error=\"insufficient_scope\"");
      StubUpstream.answer(exchange, 401, "scope");
    });
    assertThat(world.get(session("short-lived"), "/mail/x").statusCode()).isEqualTo(401);
    world.upstream.does(exchange -> {
      StubUpstream.patch(exchange, "{\"areas\":{\"settings\":{\"patch\":{\"n\":2}}}}");
      StubUpstream.answer(exchange, 401, "done all the same");
    });
    assertThat(world.get(session("short-lived"), "/mail/x").statusCode()).isEqualTo(401);
    assertThat(world.asked).containsExactly("short-lived", "short-lived");
  }
}
