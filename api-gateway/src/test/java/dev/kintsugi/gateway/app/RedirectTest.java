package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.SessionId;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers of some paths are sent on to the owner. */
@Timeout(120)
class RedirectTest {

  private static GatewayWorld world;
  private static HttpClient http;
  private static SessionId id;

  @BeforeAll
  static void open() {
    world =
        new GatewayWorld(
            "kintsugi.gateway.redirect=/v1/sessions,/v1/sessions/*,/v1/sessions/*/areas/*",
            "kintsugi.gateway.park-limit=100ms");
    http = HttpClient.newHttpClient();
    id = world.session("alice", "{\"settings\":{\"a\":1}}");
  }

  @AfterAll
  static void close() {
    http.close();
    world.close();
  }

  @BeforeEach
  void ownedByA() {
    world.ownedBy(world.a);
  }

  private static HttpResponse<String> send(
      URI at, String method, String body, String token, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(at)
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static URI at(String path) {
    return URI.create(world.url + "/v1/sessions/" + id + path);
  }

  private static String alice() {
    return world.issuer.user("alice");
  }

  @Test
  void a_caller_is_sent_to_the_owner_with_its_path_and_query_and_is_served_there()
      throws Exception {
    HttpResponse<String> sent = send(at("/areas/settings?x=%20y"), "GET", "", alice());
    assertThat(sent.statusCode()).isEqualTo(307);
    URI location = URI.create(sent.headers().firstValue("Location").orElseThrow());
    assertThat(location)
        .isEqualTo(URI.create(world.a.url() + "/v1/sessions/" + id + "/areas/settings?x=%20y"));
    assertThat(sent.headers().firstValue("Shard-Map-Version"))
        .contains(world.maps.current().version().toString());
    assertThat(sent.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(sent.body()).isEmpty();
    assertThat(send(location, "GET", "", alice()).body()).contains("\"a\":1");
  }

  @Test
  void a_write_is_sent_on_and_has_no_effect_before_it_arrives() throws Exception {
    long before = world.store.appends();
    HttpResponse<String> sent =
        send(at("/areas/settings"), "PUT", "{\"a\":1}", alice(), "Idempotency-Key", "k-1");
    assertThat(sent.statusCode()).isEqualTo(307);
    assertThat(world.store.appends()).isEqualTo(before);
    world.ownedBy(world.b);
    assertThat(send(at(""), "GET", "", alice()).headers().firstValue("Location").orElseThrow())
        .as("the owner of now")
        .startsWith(world.b.url().toString());
  }

  @Test
  void a_write_that_could_not_be_repeated_safely_is_served_through_the_gateway() throws Exception {
    HttpResponse<String> served = send(at("/areas/settings"), "PUT", "{\"a\":1}", alice());
    assertThat(served.statusCode()).isEqualTo(200);
  }

  @Test
  void who_comes_back_and_says_so_is_served_through_the_gateway() throws Exception {
    HttpResponse<String> served =
        send(at("/areas/settings"), "GET", "", alice(), "Shard-Redirect", "false");
    assertThat(served.statusCode()).isEqualTo(200);
    HttpResponse<String> odd =
        send(at("/areas/settings"), "GET", "", alice(), "Shard-Redirect", "what?");
    assertThat(odd.statusCode()).isEqualTo(307);
    HttpResponse<String> twice =
        send(
            at("/areas/settings"),
            "GET",
            "",
            alice(),
            "Shard-Redirect",
            "false",
            "Shard-Redirect",
            "true");
    HostileInputTest.assertProblem(twice, 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/areas", "/areas?names=settings"})
  void what_spans_areas_is_served_through_the_gateway(String path) throws Exception {
    assertThat(send(at(path), "GET", "", alice()).statusCode()).isEqualTo(200);
  }

  @Test
  void a_new_session_is_made_through_the_gateway_whatever_the_settings_say() throws Exception {
    URI sessions = URI.create(world.url + "/v1/sessions");
    assertThat(send(sessions, "POST", "{}", alice()).statusCode()).isEqualTo(201);
  }

  @Test
  void nobody_is_sent_on_who_would_be_refused_here() throws Exception {
    assertThat(send(at("/areas/settings"), "GET", "", "").statusCode()).isEqualTo(401);
    HostileInputTest.assertProblem(
        send(at("/areas/settings"), "GET", "", world.issuer.user("bob")), 403);
    HostileInputTest.assertProblem(send(at("/areas/settings"), "PUT", "[", alice()), 400);
    URI malformed = URI.create(world.url + "/v1/sessions/x/areas/settings");
    HostileInputTest.assertProblem(send(malformed, "GET", "", alice()), 400);
  }

  @Test
  void without_an_owner_it_is_parked_here() throws Exception {
    world.publish(slot -> Optional.empty());
    HostileInputTest.assertProblem(send(at("/areas/settings"), "GET", "", alice()), 503);
  }
}
