package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Json;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What callers notice of an owner that falls silent, dies or is not there: nothing, or the truth.
 */
@Timeout(60)
class HandoverTest {

  private GatewayWorld world;
  private HttpClient http;

  @BeforeEach
  void open() {
    world =
        new GatewayWorld(
            "kintsugi.gateway.park-limit=400ms",
            "kintsugi.gateway.deadline=20s",
            "kintsugi.gateway.attempt-timeout=20s");
    http = HttpClient.newHttpClient();
  }

  @AfterEach
  void close() {
    http.shutdownNow();
    world.close();
  }

  private CompletableFuture<HttpResponse<String>> put(SessionId id, String body) {
    return send(id, "PUT", "/areas/settings", body);
  }

  private CompletableFuture<HttpResponse<String>> send(
      SessionId id, String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(world.url + "/v1/sessions/" + id + path))
            .header("Authorization", "Bearer " + world.issuer.user("alice"))
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    return http.sendAsync(request, BodyHandlers.ofString());
  }

  @Test
  void a_write_to_an_owner_that_falls_silent_reaches_the_next_one_under_the_same_key()
      throws Exception {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    world.a.forget();
    world.a.fallSilent();
    CompletableFuture<HttpResponse<String>> write = put(id, "{\"a\":2}");
    StubNode.Seen first = world.a.awaitRequest();
    world.ownedBy(world.b);
    assertThat(write.get().statusCode()).isEqualTo(200);
    assertThat(world.b.awaitRequest().header("Idempotency-key"))
        .isEqualTo(first.header("Idempotency-key"));
    assertThat(world.store.appends()).isEqualTo(1);
    assertThat(metric("kintsugi.gateway.replayed")).isEqualTo(1);
  }

  @Test
  void a_session_is_rebuilt_although_the_owner_dies_while_it_is_read() throws Exception {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1},\"mailbox-list\":{\"b\":2}}");
    world.a.forget();
    world.a.fallSilent();
    CompletableFuture<HttpResponse<String>> read = send(id, "GET", "/areas", "");
    world.a.awaitRequest();
    world.ownedBy(world.b);
    world.a.close();
    assertThat(read.get().statusCode()).isEqualTo(200);
    assertThat(
            Json.MAPPER.readTree(read.get().body()).at("/areas/settings/attributes/a").intValue())
        .isEqualTo(1);
    assertThat(
            Json.MAPPER
                .readTree(read.get().body())
                .at("/areas/mailbox-list/attributes/b")
                .intValue())
        .isEqualTo(2);
  }

  @Test
  void a_request_to_a_dead_owner_is_parked_until_the_map_names_another() throws Exception {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    world.a.close();
    CompletableFuture<HttpResponse<String>> read = send(id, "GET", "/areas/settings", "");
    while (metric("kintsugi.gateway.parked") == 0) {
      Thread.onSpinWait();
    }
    world.ownedBy(world.b);
    assertThat(read.get().statusCode()).isEqualTo(200);
  }

  @Test
  void without_any_owner_a_write_is_refused_with_retry_after() throws Exception {
    SessionId id = world.session("alice", "{}");
    world.publish(slot -> Optional.empty());
    HttpResponse<String> answer = put(id, "{}").get();
    HostileInputTest.assertProblem(answer, 503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    HttpResponse<String> rebuilt = send(id, "GET", "/areas", "").get();
    HostileInputTest.assertProblem(rebuilt, 503);
    assertThat(rebuilt.headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void a_write_whose_fate_is_unknown_is_504_and_says_so() throws Exception {
    SessionId id = world.session("alice", "{}");
    world.a.force(504);
    HttpResponse<String> answer = put(id, "{}").get();
    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(answer.body()).contains("\"outcome\":\"unknown\"");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(metric("kintsugi.gateway.failures")).isPositive();
  }

  @Test
  void an_area_that_answers_nonsense_is_a_problem_of_the_gateway_not_a_stack_trace()
      throws Exception {
    SessionId id = world.session("alice", "{}");
    world.a.force(299);
    HttpResponse<String> answer = send(id, "GET", "/areas", "").get();
    HostileInputTest.assertProblem(answer, 503);
  }

  @Test
  void concurrent_writes_through_a_handover_each_have_one_effect() throws Exception {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    world.a.fallSilent();
    List<CompletableFuture<HttpResponse<String>>> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(send(id, "PATCH", "/areas/settings", "{\"k" + i + "\":" + i + "}"));
    }
    world.a.awaitRequest();
    world.ownedBy(world.b);
    for (CompletableFuture<HttpResponse<String>> write : writes) {
      assertThat(write.get().statusCode()).isEqualTo(200);
    }
    assertThat(world.store.appends()).isEqualTo(50);
    HttpResponse<String> read = send(id, "GET", "/areas/settings", "").get();
    assertThat(Json.MAPPER.readTree(read.body()).get("attributes").size()).isEqualTo(51);
  }

  private double metric(String name) {
    return world.context.getBean(MeterRegistry.class).find(name).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }
}
