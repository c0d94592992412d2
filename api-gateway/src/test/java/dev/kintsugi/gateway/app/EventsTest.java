package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import dev.kintsugi.gateway.runtime.StreamPlaces;
import dev.kintsugi.kit.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class EventsTest {

  private GatewayWorld world;
  private HttpClient http;
  private SessionId id;

  @BeforeEach
  void open() {
    world =
        new GatewayWorld(
            "kintsugi.gateway.heartbeat=50ms",
            "kintsugi.gateway.poll-wait=1s",
            "kintsugi.gateway.max-streams-per-session=2");
    http = HttpClient.newHttpClient();
    id = world.session("alice", "{\"settings\":{\"a\":1},\"mailbox-list\":{\"b\":1}}");
  }

  @AfterEach
  void close() {
    http.shutdownNow();
    world.close();
  }

  /** An open stream, read event by event. */
  private final class Stream implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    Stream(String token, String query, String lastEventId) throws Exception {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(world.url + "/v1/sessions/" + id + "/events" + query))
              .header("Authorization", "Bearer " + token)
              .header("Accept", "text/event-stream");
      if (!lastEventId.isEmpty()) {
        request.header("Last-Event-ID", lastEventId);
      }
      response = http.send(request.build(), BodyHandlers.ofInputStream());
      lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** The next event with its fields; comments stand under the empty name. Empty at the end. */
    Map<String, String> nextBlock() throws Exception {
      Map<String, String> fields = new LinkedHashMap<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isEmpty() && !fields.isEmpty()) {
          return fields;
        }
        int colon = line.indexOf(':');
        if (colon >= 0) {
          fields.put(line.substring(0, colon), line.substring(colon + 1));
        }
      }
      return fields;
    }

    Map<String, String> nextEvent() throws Exception {
      Map<String, String> block = nextBlock();
      while (!block.isEmpty() && !block.containsKey("event")) {
        block = nextBlock();
      }
      return block;
    }

    @Override
    public void close() throws IOException {
      response.body().close();
    }
  }

  private Stream stream(String query, String lastEventId) throws Exception {
    return new Stream(world.issuer.user("alice"), query, lastEventId);
  }

  private static JsonNode data(Map<String, String> event) {
    return Json.MAPPER.readTree(event.get("data"));
  }

  private void put(String area, String body) {
    world
        .asUser("alice")
        .put()
        .uri("/v1/sessions/{id}/areas/{area}", id, area)
        .header("Content-Type", "application/json")
        .bodyValue(body)
        .exchange()
        .expectStatus()
        .isOk();
  }

  @Test
  void the_state_comes_first_and_then_each_change() throws Exception {
    try (Stream stream = stream("", "")) {
      assertThat(stream.response.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/event-stream");
      List<String> areas = new ArrayList<>();
      areas.add(data(stream.nextEvent()).get("area").stringValue());
      areas.add(data(stream.nextEvent()).get("area").stringValue());
      assertThat(areas).containsExactlyInAnyOrder("settings", "mailbox-list");
      put("settings", "{\"a\":2}");
      JsonNode changed = data(stream.nextEvent());
      assertThat(changed.get("area").stringValue()).isEqualTo("settings");
      assertThat(changed.get("version").intValue()).isEqualTo(2);
      assertThat(changed.at("/attributes/a").intValue()).isEqualTo(2);
      assertThat(changed.get("slot").stringValue()).startsWith("settings/");
      assertThat(changed.get("epoch").stringValue()).isEqualTo("1.1");
    }
  }

  @Test
  void resuming_yields_only_what_was_missed() throws Exception {
    String last;
    try (Stream stream = stream("", "")) {
      stream.nextEvent();
      last = stream.nextEvent().get("id");
    }
    assertThat(last).contains("settings:").contains("mailbox-list:");
    put("mailbox-list", "{\"b\":2}");
    try (Stream stream = stream("", last)) {
      JsonNode missed = data(stream.nextEvent());
      assertThat(missed.get("area").stringValue()).isEqualTo("mailbox-list");
      assertThat(missed.get("version").intValue()).isEqualTo(2);
      put("settings", "{\"a\":2}");
      assertThat(data(stream.nextEvent()).get("area").stringValue()).isEqualTo("settings");
    }
  }

  @Test
  void the_stream_stays_open_through_a_handover() throws Exception {
    try (Stream stream = stream("?names=settings", "")) {
      stream.nextEvent();
      world.a.fallSilent();
      world.ownedBy(world.b);
      put("settings", "{\"a\":2}");
      assertThat(data(stream.nextEvent()).get("version").intValue()).isEqualTo(2);
      world.a.speakAgain();
      world.publish(slot -> java.util.Optional.empty());
      world.ownedBy(world.a);
      put("settings", "{\"a\":3}");
      assertThat(data(stream.nextEvent()).get("version").intValue()).isEqualTo(3);
    }
  }

  @Test
  void through_changes_of_owner_nothing_is_lost_to_who_stays_or_to_who_resumes() throws Exception {
    String last = "";
    int version = 1;
    try (Stream staying = stream("?names=settings", "")) {
      assertThat(data(staying.nextEvent()).get("version").intValue()).isEqualTo(1);
      for (int round = 0; round < 4; round++) {
        StubNode from = round % 2 == 0 ? world.a : world.b;
        StubNode to = round % 2 == 0 ? world.b : world.a;
        try (Stream leaving = stream("?names=settings", last)) {
          if (last.isEmpty()) {
            last = leaving.nextEvent().get("id");
          }
        }
        put("settings", "{\"a\":" + ++version + "}");
        assertThat(data(staying.nextEvent()).get("version").intValue()).isEqualTo(version);
        from.fallSilent();
        world.ownedBy(to);
        from.speakAgain();
        try (Stream resumed = stream("?names=settings", last)) {
          assertThat(data(resumed.nextEvent()).get("version").intValue()).isEqualTo(version);
          put("settings", "{\"a\":" + ++version + "}");
          Map<String, String> event = resumed.nextEvent();
          assertThat(data(event).get("version").intValue()).isEqualTo(version);
          last = event.get("id");
        }
        assertThat(data(staying.nextEvent()).get("version").intValue()).isEqualTo(version);
      }
    }
  }

  @Test
  void an_area_written_for_the_first_time_appears() throws Exception {
    try (Stream stream = stream("?names=message-content", "")) {
      stream.nextBlock();
      put("message-content", "{\"draft\":\"x\"}");
      assertThat(data(stream.nextEvent()).at("/attributes/draft").stringValue()).isEqualTo("x");
    }
  }

  @Test
  void comments_keep_the_connection_open() throws Exception {
    try (Stream stream = stream("?names=message-content", "")) {
      assertThat(stream.nextBlock()).containsEntry("", "alive");
      assertThat(stream.nextBlock()).containsEntry("", "alive");
    }
  }

  @Test
  void the_end_of_the_session_is_told_and_ends_the_stream() throws Exception {
    try (Stream stream = stream("?names=settings", "")) {
      stream.nextEvent();
      world.asUser("alice").delete().uri("/v1/sessions/{id}", id).exchange();
      Map<String, String> end = stream.nextEvent();
      assertThat(end).containsEntry("event", "end");
      assertThat(data(end).get("reason").stringValue()).isEqualTo("session-ended");
      assertThat(stream.nextEvent()).isEmpty();
    }
  }

  @Test
  void a_stream_ends_with_its_token() throws Exception {
    String brief = world.issuer.user("alice", Duration.ofSeconds(1));
    try (Stream stream = new Stream(brief, "?names=settings", "")) {
      stream.nextEvent();
      assertThat(stream.nextEvent()).isEmpty();
    }
  }

  @Test
  void a_token_that_expires_in_the_year_9999_opens_a_stream_and_keeps_no_place() throws Exception {
    Duration until9999 = Duration.between(Instant.now(), Instant.parse("9999-12-31T00:00:00Z"));
    String token = world.issuer.user("alice", until9999);
    for (int round = 0; round < 3; round++) {
      try (Stream stream = new Stream(token, "?names=settings", "")) {
        assertThat(stream.response.statusCode()).as("round %d", round).isEqualTo(200);
        assertThat(data(stream.nextEvent()).get("version").intValue()).isEqualTo(1);
      }
      awaitNoPlaceTaken();
    }
  }

  private void awaitNoPlaceTaken() {
    while (world.context.getBean(StreamPlaces.class).open() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void streams_are_bounded_and_places_are_given_back() throws Exception {
    try (Stream first = stream("", "");
        Stream second = stream("", "")) {
      first.nextEvent();
      second.nextEvent();
      try (Stream third = stream("", "")) {
        assertThat(third.response.statusCode()).isEqualTo(429);
        assertThat(third.response.headers().firstValue("Retry-After")).isPresent();
        assertThat(third.lines.readLine()).contains("\"outcome\":\"refused\"");
      }
    }
    awaitNoPlaceTaken();
    try (Stream again = stream("", "")) {
      assertThat(again.response.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void an_unknown_session_is_404_before_the_stream_opens() throws Exception {
    world.asUser("alice").delete().uri("/v1/sessions/{id}", id).exchange();
    try (Stream stream = stream("", "")) {
      assertThat(stream.response.statusCode()).isEqualTo(404);
      assertThat(stream.response.headers().firstValue("Content-Type"))
          .contains("application/problem+json");
    }
  }

  @Test
  void closing_the_gateway_ends_its_streams_at_once() throws Exception {
    try (Stream stream = stream("?names=settings", "")) {
      stream.nextEvent();
      long start = System.nanoTime();
      world.context.close();
      assertThat(stream.nextEvent()).isEmpty();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    }
  }
}
