package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.test.web.reactive.server.WebTestClient;

/** What nobody can prove is passed on with its mark, and asked for only where the caller agrees. */
@Timeout(60)
class StaleReadsTest {

  private GatewayWorld world;

  @BeforeEach
  void open() {
    world = new GatewayWorld("kintsugi.gateway.park-limit=300ms");
  }

  @AfterEach
  void close() {
    world.close();
  }

  private WebTestClient.RequestHeadersSpec<?> get(SessionId id, String path) {
    return world.asUser("alice").get().uri("/v1/sessions/" + id + path);
  }

  @Test
  void a_read_that_shows_an_offset_is_answered_by_a_standby_where_nobody_owns_the_slot() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    world.publish(_ -> Optional.empty());
    get(id, "/areas/settings")
        .header("Shard-Offset", "0")
        .exchange()
        .expectStatus()
        .isOk()
        .expectHeader()
        .valueEquals("Shard-Stale", "true")
        .expectHeader()
        .exists("Shard-Offset")
        .expectBody()
        .jsonPath("$.attributes.a")
        .isEqualTo(1);
    assertThat(world.a.seen().getLast().header("Shard-offset")).isEqualTo("0");
  }

  @Test
  void a_read_that_shows_nothing_and_a_write_wait_for_an_owner() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    world.publish(_ -> Optional.empty());
    world.a.forget();
    get(id, "/areas/settings").exchange().expectStatus().isEqualTo(503);
    world
        .asUser("alice")
        .put()
        .uri("/v1/sessions/" + id + "/areas/settings")
        .header("Shard-Offset", "0")
        .header("Content-Type", "application/json")
        .bodyValue("{}")
        .exchange()
        .expectStatus()
        .isEqualTo(503);
    get(id, "").header("Shard-Offset", "0").exchange().expectStatus().isEqualTo(503);
    assertThat(world.a.seen()).isEmpty();
    assertThat(world.b.seen()).isEmpty();
  }

  @Test
  void an_owner_that_serves_is_asked_first_and_proves_its_answer() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    get(id, "/areas/settings")
        .header("Shard-Offset", "0")
        .exchange()
        .expectStatus()
        .isOk()
        .expectHeader()
        .doesNotExist("Shard-Stale");
    assertThat(world.b.seen()).isEmpty();
  }

  @Test
  void a_shard_offset_that_stands_twice_is_malformed() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    get(id, "/areas/settings")
        .header("Shard-Offset", "0", "1")
        .exchange()
        .expectStatus()
        .isBadRequest();
  }

  @Test
  void the_mark_of_an_area_stays_with_it_in_a_rebuilt_session() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    world.a.loseLogs();
    get(id, "/areas?names=settings")
        .exchange()
        .expectStatus()
        .isOk()
        .expectHeader()
        .valueEquals("Shard-Stale", "true")
        .expectBody()
        .jsonPath("$.areas.settings.stale")
        .isEqualTo(true);
  }

  @Test
  void a_rebuilt_session_whose_areas_are_all_proven_is_not_marked() {
    SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
    get(id, "/areas")
        .exchange()
        .expectStatus()
        .isOk()
        .expectHeader()
        .doesNotExist("Shard-Stale")
        .expectBody()
        .jsonPath("$.areas.settings.stale")
        .doesNotExist();
  }
}
