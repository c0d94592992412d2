package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.kit.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.test.web.reactive.server.WebTestClient;

@Timeout(60)
class PublicApiTest {

  private static GatewayWorld world;

  @BeforeAll
  static void open() {
    world = new GatewayWorld();
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void forget() {
    world.a.forget();
  }

  private static WebTestClient alice() {
    return world.asUser("alice");
  }

  @Test
  void a_session_is_created_written_rebuilt_and_ended() {
    SessionId id = world.session("alice", "{\"settings\":{\"theme\":\"dark\"}}");
    alice()
        .put()
        .uri("/v1/sessions/{id}/areas/mailbox-list", id)
        .header("Content-Type", "application/json")
        .bodyValue("{\"unread\":3}")
        .exchange()
        .expectStatus()
        .isOk()
        .expectHeader()
        .valueEquals("ETag", "\"1\"")
        .expectHeader()
        .exists("Shard-Slot")
        .expectHeader()
        .exists("Shard-Epoch")
        .expectHeader()
        .exists("Shard-Offset")
        .expectHeader()
        .exists("Shard-Map-Version")
        .expectHeader()
        .doesNotExist("Node-Secret");
    alice()
        .patch()
        .uri("/v1/sessions/{id}/areas/mailbox-list", id)
        .header("Content-Type", "application/merge-patch+json")
        .bodyValue("{\"seen\":true}")
        .exchange()
        .expectStatus()
        .isOk();
    alice()
        .get()
        .uri("/v1/sessions/{id}/areas", id)
        .exchange()
        .expectStatus()
        .isOk()
        .expectBody()
        .jsonPath("$.sessionId")
        .isEqualTo(id.toString())
        .jsonPath("$.areas.settings.version")
        .isEqualTo(1)
        .jsonPath("$.areas.settings.attributes.theme")
        .isEqualTo("dark")
        .jsonPath("$.areas['mailbox-list'].version")
        .isEqualTo(2)
        .jsonPath("$.areas['mailbox-list'].attributes.unread")
        .isEqualTo(3)
        .jsonPath("$.areas['mailbox-list'].attributes.seen")
        .isEqualTo(true)
        .jsonPath("$.areas['mailbox-list'].slot")
        .isEqualTo(world.areas.slotOf(new dev.kintsugi.core.Area("mailbox-list"), id).toString())
        .jsonPath("$.areas['mailbox-list'].epoch")
        .isEqualTo("1.1")
        .jsonPath("$.areas['mailbox-list'].offset")
        .isNumber()
        .jsonPath("$.areas['mailbox-list'].mapVersion")
        .exists()
        .jsonPath("$.areas['message-content']")
        .doesNotExist();
    alice().get().uri("/v1/sessions/{id}", id).exchange().expectStatus().isOk();
    alice().delete().uri("/v1/sessions/{id}", id).exchange().expectStatus().isNoContent();
    alice().get().uri("/v1/sessions/{id}/areas", id).exchange().expectStatus().isNotFound();
    alice().get().uri("/v1/sessions/{id}", id).exchange().expectStatus().isNotFound();
  }

  @Test
  void the_deepest_content_that_is_taken_is_rebuilt() {
    SessionId id = world.session("alice", "{}");
    String deepest = "[".repeat(Json.DEEPEST - 1) + "]".repeat(Json.DEEPEST - 1);
    write(id, "{\"a\":[" + deepest + "]}").expectStatus().isBadRequest();
    write(id, "{\"a\":" + deepest + "}").expectStatus().isOk();
    byte[] body =
        alice()
            .get()
            .uri("/v1/sessions/{id}/areas", id)
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody()
            .returnResult()
            .getResponseBodyContent();
    assertThat(Json.STORED.readTree(body).at("/areas/settings/attributes/a").toString())
        .isEqualTo(deepest);
  }

  private static WebTestClient.ResponseSpec write(SessionId id, String body) {
    return alice()
        .put()
        .uri("/v1/sessions/{id}/areas/settings", id)
        .header("Content-Type", "application/json")
        .bodyValue(body)
        .exchange();
  }

  @Test
  void only_the_named_areas_are_rebuilt() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1},\"mailbox-list\":{\"b\":2}}");
    world.a.forget();
    alice()
        .get()
        .uri("/v1/sessions/{id}/areas?names=settings,settings", id)
        .exchange()
        .expectStatus()
        .isOk()
        .expectBody()
        .jsonPath("$.areas.length()")
        .isEqualTo(1);
    assertThat(world.a.seen()).hasSize(1);
  }

  @Test
  void location_names_the_gateway_and_never_a_node() {
    alice()
        .post()
        .uri("/v1/sessions")
        .header("Content-Type", "application/json")
        .bodyValue("{}")
        .exchange()
        .expectHeader()
        .valueMatches("Location", "/v1/sessions/[A-Za-z0-9_-]{32}");
  }

  @Test
  void an_end_users_session_is_placed_under_the_user_without_being_told() throws Exception {
    SessionId id = world.session("alice", "{}");
    assertThat(id.placement())
        .isEqualTo(
            world.slotHash.of(
                new dev.kintsugi.core.ApplicationId(TestIssuer.APPLICATION),
                new dev.kintsugi.core.UserId("alice")));
    StubNode.Seen seen = world.a.awaitRequest();
    assertThat(seen.body()).as("passed on as it came").isEqualTo("{\"areas\":{}}");
    assertThat(seen.header("Kintsugi-placement")).isEmpty();
    assertThat(seen.header("Authorization")).startsWith("Bearer ");
  }

  @Test
  void a_write_without_a_key_gets_one_and_a_given_key_is_kept() {
    SessionId id = world.session("alice", "{}");
    world.a.forget();
    put(id, null);
    put(id, "mine");
    assertThat(world.a.seen().get(0).header("Idempotency-key")).matches("[0-9a-f]{32}");
    assertThat(world.a.seen().get(1).header("Idempotency-key")).isEqualTo("mine");
  }

  private static void put(SessionId id, String key) {
    alice()
        .put()
        .uri("/v1/sessions/{id}/areas/settings", id)
        .headers(headers -> {
          headers.set("Content-Type", "application/json");
          if (key != null) {
            headers.set("Idempotency-Key", key);
          }
        })
        .bodyValue("{\"x\":1}")
        .exchange()
        .expectStatus()
        .isOk();
  }

  @Test
  void a_repeated_creation_under_a_key_yields_the_same_session_also_without_a_user() {
    String first = anonymous("once");
    assertThat(anonymous("once")).isEqualTo(first);
    assertThat(anonymous("twice")).isNotEqualTo(first);
  }

  private static String anonymous(String key) {
    byte[] body =
        world
            .as(world.issuer.application())
            .post()
            .uri("/v1/sessions")
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .bodyValue("{\"areas\":{\"settings\":{\"a\":1}}}")
            .exchange()
            .expectStatus()
            .isCreated()
            .expectBody()
            .jsonPath("$.sessionId")
            .exists()
            .returnResult()
            .getResponseBodyContent();
    return Json.MAPPER.readTree(body).get("sessionId").stringValue();
  }

  @Test
  void sessions_without_a_user_are_spread_at_random() throws Exception {
    for (int i = 0; i < 2; i++) {
      world
          .as(world.issuer.application())
          .post()
          .uri("/v1/sessions")
          .header("Content-Type", "application/json")
          .bodyValue("{}")
          .exchange()
          .expectStatus()
          .isCreated();
    }
    String first = world.a.awaitRequest().header("Kintsugi-placement");
    assertThat(first).matches("[0-9a-f]{16}");
    assertThat(world.a.awaitRequest().header("Kintsugi-placement")).isNotEqualTo(first);
  }

  @Test
  void a_client_cannot_choose_the_placement_or_show_internal_headers() throws Exception {
    alice()
        .post()
        .uri("/v1/sessions")
        .header("Content-Type", "application/json")
        .header("Kintsugi-Placement", "0000000000000001")
        .header("Kintsugi-Internal", "guess")
        .header("Kintsugi-Activity", "mine")
        .header("X-Forwarded-For", "10.0.0.1")
        .bodyValue("{}")
        .exchange()
        .expectStatus()
        .isCreated();
    StubNode.Seen seen = world.a.awaitRequest();
    assertThat(seen.header("Kintsugi-placement")).isEmpty();
    assertThat(seen.header("Kintsugi-internal")).isEmpty();
    assertThat(seen.header("Kintsugi-activity")).isEqualTo("told");
    assertThat(seen.header("X-forwarded-for")).isEmpty();
  }

  @Test
  void a_stale_precondition_is_412_and_passed_on() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    alice()
        .put()
        .uri("/v1/sessions/{id}/areas/settings", id)
        .header("Content-Type", "application/json")
        .header("If-Match", "\"9\"")
        .bodyValue("{}")
        .exchange()
        .expectStatus()
        .isEqualTo(412)
        .expectHeader()
        .contentType("application/problem+json");
  }

  @Test
  void the_sessions_of_a_user_are_listed_and_ended() {
    world.session("sven o/ren+%", "{}");
    world.session("sven o/ren+%", "{}");
    WebTestClient sven = world.asUser("sven o/ren+%");
    String path = "/v1/users/sven%20o%2Fren+%25/sessions";
    sven.get()
        .uri(java.net.URI.create(world.url + path))
        .exchange()
        .expectStatus()
        .isOk()
        .expectBody()
        .jsonPath("$.sessions.length()")
        .isEqualTo(2);
    sven.delete()
        .uri(java.net.URI.create(world.url + path))
        .exchange()
        .expectStatus()
        .isNoContent();
    sven.get()
        .uri(java.net.URI.create(world.url + path))
        .exchange()
        .expectBody()
        .jsonPath("$.sessions.length()")
        .isEqualTo(0);
  }

  @Test
  void an_application_acts_for_any_of_its_users() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    world
        .as(world.issuer.application())
        .get()
        .uri("/v1/sessions/{id}/areas/settings", id)
        .exchange()
        .expectStatus()
        .isOk();
  }

  @Test
  void the_description_of_the_api_is_open_to_everybody() {
    WebTestClient.bindToServer()
        .baseUrl(world.url)
        .build()
        .get()
        .uri("/openapi.yaml")
        .exchange()
        .expectStatus()
        .isOk()
        .expectHeader()
        .contentType("application/yaml")
        .expectBody(String.class)
        .value(text -> assertThat(text).startsWith("openapi: 3.1"));
  }

  @Test
  void health_tells_of_the_shard_map() {
    WebTestClient.bindToServer()
        .baseUrl(world.url)
        .build()
        .get()
        .uri("/actuator/health")
        .exchange()
        .expectStatus()
        .isOk()
        .expectBody()
        .jsonPath("$.components.shardMap.status")
        .isEqualTo("UP")
        .jsonPath("$.components.shardMap.details.nodes")
        .isEqualTo(2);
  }
}
