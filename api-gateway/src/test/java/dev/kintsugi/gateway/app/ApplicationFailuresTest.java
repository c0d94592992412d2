package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Json;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Upstreams that fall silent, break off, are gone or say too much; clients that go away. */
@Timeout(60)
class ApplicationFailuresTest {

  private static final String PATCH =
      "{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"light\"}}}}";

  private static ApplicationWorld world;
  private SessionId session;

  @BeforeAll
  static void open() {
    String mail = "kintsugi.gateway.applications.upstreams.mail.";
    world =
        new ApplicationWorld(
            mail + "header-timeout=1s",
            mail + "deadline=2s",
            mail + "max-answer-bytes=1000",
            mail + "max-concurrent=8");
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void fresh() {
    world.upstream.does(exchange -> StubUpstream.answer(exchange, 200, "fine"));
    session = world.gateway.session("alice", "{\"settings\":{\"theme\":\"dark\"}}", "good");
  }

  private static void assertOutcome(HttpResponse<String> answer, int status, String outcome) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(Json.MAPPER.readTree(answer.body()).get("outcome").stringValue()).isEqualTo(outcome);
    assertThat(answer.body()).doesNotContain("127.0.0.1", "Exception");
  }

  private HttpResponse<String> post() throws Exception {
    return world.post(session, "/mail/x", "a body").get();
  }

  @Test
  void a_silent_upstream_is_504_and_a_write_to_it_unknown() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    world.upstream.does(_ -> over.await());
    try {
      assertOutcome(world.get(session, "/mail/x"), 504, "refused");
      assertThat(world.upstream.seen()).hasSize(1);
      assertOutcome(post(), 504, "unknown");
      assertThat(world.upstream.seen()).hasSize(2);
    } finally {
      over.countDown();
    }
  }

  @Test
  void an_answer_that_never_ends_is_cut_off_at_the_deadline() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    world.upstream.does(exchange -> {
      exchange.sendResponseHeaders(200, 100);
      exchange.getResponseBody().write('x');
      exchange.getResponseBody().flush();
      over.await();
    });
    try {
      assertOutcome(post(), 504, "unknown");
    } finally {
      over.countDown();
    }
  }

  private static void breakOff(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 100);
    exchange.getResponseBody().write('x');
    exchange.getResponseBody().flush();
    throw new IOException("breaks off");
  }

  @Test
  void a_safe_request_whose_connection_broke_is_repeated_once() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    world.upstream.does(exchange -> {
      if (calls.getAndIncrement() == 0) {
        breakOff(exchange);
      }
      StubUpstream.answer(exchange, 200, "second");
    });
    assertThat(world.get(session, "/mail/x").body()).isEqualTo("second");
    assertThat(calls).hasValue(2);
    world.upstream.does(ApplicationFailuresTest::breakOff);
    assertOutcome(world.get(session, "/mail/x"), 502, "refused");
    assertThat(world.upstream.seen()).hasSize(2);
  }

  @Test
  void no_other_request_is_ever_repeated() throws Exception {
    world.upstream.does(ApplicationFailuresTest::breakOff);
    assertOutcome(post(), 502, "unknown");
    assertThat(world.upstream.seen()).hasSize(1);
  }

  @Test
  void too_large_an_answer_is_502_and_its_patch_is_not_applied() throws Exception {
    long before = world.gateway.store.appends();
    world.upstream.does(exchange -> {
      StubUpstream.patch(exchange, PATCH);
      StubUpstream.answer(exchange, 200, "x".repeat(1001));
    });
    assertOutcome(post(), 502, "unknown");
    assertOutcome(world.get(session, "/mail/x"), 502, "refused");
    assertThat(world.gateway.store.appends()).isEqualTo(before);
    world.upstream.does(exchange -> StubUpstream.answer(exchange, 200, "x".repeat(1000)));
    assertThat(post().body()).hasSize(1000);
  }

  @Test
  void more_requests_at_once_than_an_upstream_may_have_are_refused() throws Exception {
    Semaphore arrived = new Semaphore(0);
    CountDownLatch go = new CountDownLatch(1);
    world.upstream.does(exchange -> {
      arrived.release();
      go.await();
      StubUpstream.answer(exchange, 200, "fine");
    });
    List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      running.add(world.post(session, "/mail/x", ""));
    }
    assertThat(arrived.tryAcquire(8, 10, TimeUnit.SECONDS)).isTrue();
    HttpResponse<String> refused = world.get(session, "/mail/x");
    assertOutcome(refused, 503, "refused");
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    go.countDown();
    for (CompletableFuture<HttpResponse<String>> one : running) {
      assertThat(one.get().statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_patch_is_applied_although_the_client_is_gone() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    world.upstream.does(exchange -> {
      arrived.countDown();
      go.await();
      StubUpstream.patch(exchange, PATCH);
      StubUpstream.answer(exchange, 200, "patched");
    });
    CompletableFuture<HttpResponse<String>> call = world.post(session, "/mail/x", "");
    assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
    world.gateway.a.forget();
    call.cancel(true);
    world.gateway.awaitGoneClient();
    go.countDown();
    StubNode.Seen patch = world.gateway.a.awaitRequest();
    assertThat(patch.method()).isEqualTo("PATCH");
    assertThat(patch.body()).isEqualTo("{\"theme\":\"light\"}");
  }

  @Test
  void a_patch_that_came_with_a_safe_request_is_not_broken_off_between_its_areas()
      throws Exception {
    String both =
        "{\"areas\":{\"settings\":{\"patch\":{\"theme\":\"light\"}},"
            + "\"mailbox-list\":{\"patch\":{\"unread\":4}}}}";
    world.upstream.does(exchange -> {
      world.gateway.a.refuse("mailbox-list");
      StubUpstream.patch(exchange, both);
      StubUpstream.answer(exchange, 200, "patched");
    });
    try {
      CompletableFuture<HttpResponse<String>> call =
          world.http.sendAsync(world.request(session, "/mail/x").build(), BodyHandlers.ofString());
      awaitPatches("settings", "mailbox-list");
      call.cancel(true);
      world.gateway.awaitGoneClient();
      world.gateway.a.forget();
    } finally {
      world.gateway.a.refuse("");
    }
    awaitPatches("mailbox-list");
  }

  private static void awaitPatches(String... areas) throws Exception {
    Set<String> missing = new HashSet<>(List.of(areas));
    while (!missing.isEmpty()) {
      StubNode.Seen seen = world.gateway.a.awaitRequest();
      if (seen.method().equals("PATCH")) {
        missing.removeIf(area -> seen.path().endsWith("/areas/" + area));
      }
    }
  }

  @Test
  void concurrent_patches_of_one_area_are_applied_or_told_apart() throws Exception {
    long before = world.gateway.store.appends();
    world.upstream.patches(PATCH);
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(world.post(session, "/mail/x", ""));
    }
    int applied = 0;
    for (CompletableFuture<HttpResponse<String>> one : all) {
      HttpResponse<String> answer = one.get();
      if (answer.statusCode() == 200) {
        applied++;
      } else {
        assertOutcome(answer, 409, "unknown");
      }
    }
    assertThat(applied).isPositive();
    assertThat(world.gateway.store.appends() - before).isEqualTo(applied);
  }
}
