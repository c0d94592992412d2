package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.log.activity.Activity;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ActivityTest {

  private static Activity next(GatewayWorld world) throws InterruptedException {
    Activity next = world.activity().poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no activity within 10 s");
    }
    return next;
  }

  @Test
  void what_a_user_did_is_reported_without_what_it_was_about() throws Exception {
    try (GatewayWorld world = new GatewayWorld()) {
      SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
      Activity created = next(world);
      assertThat(created.kind()).isEqualTo("session.create");
      assertThat(created.key()).isEqualTo("mail/alice");
      assertThat(Duration.between(created.at(), Instant.now())).isLessThan(Duration.ofMinutes(1));
      world.asUser("alice").get().uri("/v1/sessions/{id}/areas/settings", id).exchange();
      assertThat(next(world).kind()).isEqualTo("settings.read");
      put(world, id, "2020-01-01T00:00:00Z");
      Activity written = next(world);
      assertThat(written.kind()).isEqualTo("settings.write");
      assertThat(written.at()).as("not trusted").isAfter(Instant.parse("2026-01-01T00:00:00Z"));
      world.asUser("alice").get().uri("/v1/sessions/{id}/areas?names=settings", id).exchange();
      assertThat(next(world).kind()).isEqualTo("settings.read");
      world.asUser("mallory").get().uri("/v1/sessions/{id}", id).exchange();
      world.asUser("alice").delete().uri("/v1/sessions/{id}", id).exchange();
      assertThat(next(world).kind()).isEqualTo("session.end");
    }
  }

  @Test
  void nodes_are_told_that_activity_is_reported_here_whatever_they_are_asked() throws Exception {
    try (GatewayWorld world = new GatewayWorld()) {
      SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
      assertThat(world.a.awaitRequest().header("Kintsugi-activity")).isEqualTo("told");
      world.asUser("alice").get().uri("/v1/sessions/{id}/areas?names=settings", id).exchange();
      assertThat(world.a.awaitRequest().header("Kintsugi-activity")).isEqualTo("told");
    }
  }

  @Test
  void who_is_sent_on_to_the_owner_is_reported_there() throws Exception {
    try (GatewayWorld world = new GatewayWorld("kintsugi.gateway.redirect=/v1/sessions/*")) {
      world.ownedBy(world.a);
      SessionId id = world.session("alice", "{\"settings\":{\"a\":1}}");
      assertThat(next(world).kind()).isEqualTo("session.create");
      world
          .asUser("alice")
          .get()
          .uri("/v1/sessions/{id}", id)
          .exchange()
          .expectStatus()
          .isTemporaryRedirect();
      world
          .asUser("alice")
          .get()
          .uri("/v1/sessions/{id}/areas/settings", id)
          .exchange()
          .expectStatus()
          .isOk();
      assertThat(next(world).kind()).isEqualTo("settings.read");
    }
  }

  @Test
  void a_trusted_trace_says_when_it_happened() throws Exception {
    try (GatewayWorld world = new GatewayWorld("kintsugi.gateway.trust-activity-time=true")) {
      SessionId id = world.session("alice", "{}");
      next(world);
      put(world, id, "2020-01-01T02:00:00.5+02:00");
      assertThat(next(world).at()).isEqualTo("2020-01-01T00:00:00.5Z");
      for (String bad : new String[] {"yesterday", "+999999-01-01T00:00:00Z", "2020-01-01"}) {
        world
            .asUser("alice")
            .get()
            .uri("/v1/sessions/{id}", id)
            .header("Activity-Time", bad)
            .exchange()
            .expectStatus()
            .isBadRequest();
      }
    }
  }

  private static void put(GatewayWorld world, SessionId id, String time) {
    world
        .asUser("alice")
        .put()
        .uri("/v1/sessions/{id}/areas/settings", id)
        .header("Content-Type", "application/json")
        .header("Activity-Time", time)
        .bodyValue("{}")
        .exchange()
        .expectStatus()
        .isOk();
  }
}
