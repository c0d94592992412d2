package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Owners that hand over while an application has a request, and applications that are gone. */
@Timeout(60)
class ApplicationHandoverTest {

  private static final String PATCH =
      "{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"light\"}}}}";

  private ApplicationWorld world;

  @BeforeEach
  void open() {
    world = new ApplicationWorld();
  }

  @AfterEach
  void close() {
    world.close();
  }

  private SessionId session() {
    return world.gateway.session("alice", "{\"settings\":{\"a\":1}}", "good");
  }

  @Test
  void an_upstream_that_is_gone_is_502_and_soon_not_even_asked() throws Exception {
    SessionId id = session();
    world.upstream.close();
    HttpResponse<String> first = world.post(id, "/mail/x", "").get();
    HostileInputTest.assertProblem(first, 502);
    HttpResponse<String> last = first;
    for (int i = 0; i < 60 && last.statusCode() == 502; i++) {
      last = world.get(id, "/mail/x");
    }
    HostileInputTest.assertProblem(last, 503);
    assertThat(last.headers().firstValue("Retry-After")).contains("2");
  }

  @Test
  void a_handover_while_a_request_is_on_its_way_is_not_noticed() throws Exception {
    SessionId id = session();
    world.upstream.does(exchange -> {
      world.gateway.a.forget();
      world.gateway.a.fallSilent();
      StubUpstream.patch(exchange, PATCH);
      StubUpstream.answer(exchange, 200, "patched");
    });
    world.gateway.a.forget();
    CompletableFuture<HttpResponse<String>> call = world.post(id, "/mail/x", "");
    StubNode.Seen first = world.gateway.a.awaitRequest();
    while (!first.method().equals("PATCH")) {
      first = world.gateway.a.awaitRequest();
    }
    world.gateway.ownedBy(world.gateway.b);
    assertThat(call.get().statusCode()).as(call.get().body()).isEqualTo(200);
    StubNode.Seen second = world.gateway.b.awaitRequest();
    assertThat(second.header("Idempotency-key")).isEqualTo(first.header("Idempotency-key"));
    assertThat(world.gateway.store.appends()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {421, 503})
  void requests_through_an_owner_that_cannot_serve_any_more_all_succeed(int refusal)
      throws Exception {
    List<SessionId> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(session());
    }
    world.upstream.patches(PATCH);
    world.gateway.a.forget();
    world.gateway.a.force(refusal);
    List<CompletableFuture<HttpResponse<String>>> all =
        ids.stream().map(id -> world.post(id, "/mail/x", "")).toList();
    world.gateway.a.awaitRequest();
    world.gateway.ownedBy(world.gateway.b);
    for (CompletableFuture<HttpResponse<String>> one : all) {
      assertThat(one.get().statusCode()).as(one.get().body()).isEqualTo(200);
    }
    assertThat(world.gateway.store.appends()).isEqualTo(ids.size());
  }
}
