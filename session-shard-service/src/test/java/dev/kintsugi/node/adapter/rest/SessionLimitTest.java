package dev.kintsugi.node.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.node.adapter.json.JsonMergePatch;
import dev.kintsugi.node.domain.Lease;
import dev.kintsugi.node.domain.NodeMachine;
import dev.kintsugi.node.domain.NodeSettings;
import dev.kintsugi.node.runtime.MemoryLog;
import dev.kintsugi.node.runtime.NodeLoop;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.StoreListener;
import dev.kintsugi.node.runtime.life.Activity;
import dev.kintsugi.node.runtime.life.AreaAccess;
import dev.kintsugi.node.runtime.life.Gate;
import dev.kintsugi.node.runtime.life.LocalPeers;
import dev.kintsugi.node.runtime.life.Peers;
import dev.kintsugi.node.runtime.life.SessionCreation;
import dev.kintsugi.node.runtime.life.SessionEnding;
import dev.kintsugi.node.runtime.life.SessionIds;
import dev.kintsugi.node.runtime.life.SessionLimit;
import dev.kintsugi.node.runtime.life.Touching;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** A real node over logs in memory, behind its REST interface; a user may have two sessions. */
@Timeout(60)
class SessionLimitTest {

  private static final String KEY = "000102030405060708090a0b0c0d0e0f";
  private static final Areas AREAS =
      Areas.of(
          List.of(
              new AreaPolicy(Area.SESSION, 1, 2, 10_000),
              new AreaPolicy(new Area("settings"), 1, 2, 10_000)));

  /** Of some dozens of sessions with as much content as may be. */
  private static final long MEMORY_LIMIT = 200_000;

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static TestIssuer issuer;

  private ConfigurableApplicationContext context;

  @SpringBootConfiguration
  @EnableAutoConfiguration
  @Import(RestConfiguration.class)
  static class App {

    @Bean
    Activities activities() {
      return new RecordedActivity().activities(false);
    }

    @Bean
    Gate gate() {
      return Gate.OPEN;
    }

    @Bean
    ShardMaps maps() {
      return new SettableMaps();
    }

    @Bean
    Areas areas() {
      return AREAS;
    }

    @Bean(destroyMethod = "close")
    NodeLoop loop(ClusterProperties cluster, ScheduledExecutorService timer) {
      Incarnation incarnation = new Incarnation(1);
      NodeId self = new NodeId("node-1");
      NodeMachine machine =
          new NodeMachine(
              self,
              AREAS,
              new Lease(
                  Duration.ofMillis(200), Duration.ofMillis(100), incarnation, System.nanoTime()),
              0,
              new JsonMergePatch(),
              NodeSettings.of(Duration.ofHours(1))
                  .withMemoryLimit(MEMORY_LIMIT)
                  .withSessionsPerUser(cluster.sessions().maxPerUser()));
      NodeLoop loop =
          new NodeLoop(
              machine,
              new MemoryLog(),
              System::nanoTime,
              Clock.systemUTC(),
              () -> new Incarnation(2),
              () -> timer,
              new StoreListener() {});
      loop.start().onMap(map(self, incarnation));
      return loop;
    }

    private static ShardMap map(NodeId self, Incarnation incarnation) {
      MapNode node =
          new MapNode(
              self, URI.create("http://n"), incarnation, MapNode.State.UP, Optional.empty());
      List<SlotAssignment> mine = List.of(SlotAssignment.ownedBy(self, List.of(), 1));
      return ShardMap.of(
          new MapVersion(new Epoch(1, 1), 1),
          List.of(node),
          Map.of(Area.SESSION, mine, new Area("settings"), mine));
    }

    @Bean
    Peers peers(ShardStore store) {
      return new LocalPeers(store, AREAS);
    }

    @Bean
    Activity activity(Peers peers) {
      return new Activity(peers, AREAS, System::nanoTime);
    }

    @Bean
    Touching touching(ShardStore store) {
      return new Touching(store, AREAS, Clock.systemUTC());
    }

    @Bean
    AreaAccess access(ShardStore store, Peers peers, Activity activity) {
      return new AreaAccess(store, peers, AREAS, new JsonMergePatch(), activity);
    }

    @Bean
    SessionCreation creation(
        NodeLoop store, Peers peers, SessionEnding ending, ClusterProperties cluster) {
      return new SessionCreation(
          store,
          peers,
          AREAS,
          new SessionIds(new byte[16], new SecureRandom()),
          ending,
          new SessionLimit(
              cluster.sessions().maxPerUser(),
              SessionLimit.WhenTooMany.valueOf(cluster.sessions().whenTooMany().name())),
          Clock.systemUTC(),
          () -> store.status().nearlyFull());
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService timer() {
      return Executors.newScheduledThreadPool(2);
    }

    @Bean
    SessionEnding ending(ShardStore store, Peers peers, ScheduledExecutorService timer) {
      return new SessionEnding(store, peers, AREAS, timer);
    }
  }

  @BeforeAll
  static void open() throws Exception {
    issuer = new TestIssuer();
  }

  @AfterAll
  static void close() {
    issuer.close();
  }

  private void start(SessionLimit.WhenTooMany whenTooMany) {
    context =
        new SpringApplicationBuilder(App.class)
            .properties(
                "server.port=0",
                "management.endpoint.health.validate-group-membership=false",
                "kintsugi.cluster.slot-hash-key=" + KEY,
                "kintsugi.cluster.session-id-key=" + KEY,
                "kintsugi.cluster.internal-secret=0123456789abcdef-internal",
                "kintsugi.cluster.issuer=" + issuer.url(),
                "kintsugi.cluster.sessions.max-per-user=2",
                "kintsugi.cluster.sessions.when-too-many=" + whenTooMany)
            .run();
  }

  @AfterEach
  void stop() {
    context.close();
  }

  private CompletableFuture<HttpResponse<String>> call(
      String method, String path, String... headers) {
    return callAs("alice", "1", method, path, headers);
  }

  private CompletableFuture<HttpResponse<String>> callAs(
      String user, String content, String method, String path, String... headers) {
    String port = context.getEnvironment().getRequiredProperty("local.server.port");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header(
                "Authorization",
                "Bearer " + TestIssuer.signed(issuer.alice().subject(user).build()))
            .header("Content-Type", "application/json");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    boolean makes = method.equals("POST");
    String body = makes ? "{\"areas\":{\"settings\":{\"a\":" + content + "}}}" : "";
    return HTTP.sendAsync(
        request.method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  private String made(String... headers) {
    HttpResponse<String> made = call("POST", "/v1/sessions", headers).join();
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    return made.headers().firstValue("Location").orElseThrow();
  }

  private int living() {
    String listed = call("GET", "/v1/users/alice/sessions").join().body();
    return ((List<?>) Json.MAPPER.readValue(listed, Map.class).get("sessions")).size();
  }

  @Test
  void a_session_too_many_is_refused_and_told_what_to_do_about_it() {
    start(SessionLimit.WhenTooMany.REFUSE);
    String first = made("Idempotency-Key", "first");
    made();
    HttpResponse<String> refused = call("POST", "/v1/sessions", "Idempotency-Key", "k").join();
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(refused.body())
        .contains("\"outcome\":\"refused\"", "DELETE /v1/users/{userId}/sessions");
    assertThat(made("Idempotency-Key", "first")).as("a repeat").isEqualTo(first);
    assertThat(call("DELETE", first).join().statusCode()).isEqualTo(204);
    String third = made("Idempotency-Key", "k");
    assertThat(call("GET", third + "/areas/settings").join().body()).contains("{\"a\":1}");
    assertThat(call("DELETE", "/v1/users/alice/sessions").join().statusCode()).isEqualTo(204);
    made();
    made();
  }

  @Test
  void the_oldest_session_makes_room_for_a_new_one() {
    start(SessionLimit.WhenTooMany.END_OLDEST);
    String first = made();
    String second = made();
    String third = made();
    assertThat(call("GET", first).join().statusCode()).isEqualTo(404);
    assertThat(call("GET", first + "/areas/settings").join().statusCode()).isEqualTo(404);
    assertThat(call("GET", second).join().statusCode()).isEqualTo(200);
    assertThat(call("GET", third + "/areas/settings").join().statusCode()).isEqualTo(200);
    assertThat(living()).isEqualTo(2);
  }

  @Test
  void no_session_gives_way_to_one_that_a_nearly_full_node_refuses() {
    start(SessionLimit.WhenTooMany.END_OLDEST);
    String first = made();
    String second = made();
    String much = '"' + "x".repeat(9_000) + '"';
    int status = 201;
    for (int i = 0; i < 1_000 && status == 201; i++) {
      status = callAs("user-" + i, much, "POST", "/v1/sessions").join().statusCode();
    }
    assertThat(status).isEqualTo(503);
    // What the node says of itself is up to a round old; its slots refuse by what is so now.
    NodeLoop node = context.getBean(NodeLoop.class);
    await().until(() -> node.status().nearlyFull());
    HttpResponse<String> refused = call("POST", "/v1/sessions").join();
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("no memory left for new sessions");
    assertThat(call("GET", first).join().statusCode()).isEqualTo(200);
    assertThat(call("GET", second).join().statusCode()).isEqualTo(200);
    assertThat(living()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void however_many_come_at_once_there_are_never_more_than_may_be(
      SessionLimit.WhenTooMany whenTooMany) {
    start(whenTooMany);
    made();
    List<CompletableFuture<HttpResponse<String>>> under = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      under.add(call("POST", "/v1/sessions"));
    }
    while (under.stream().anyMatch(one -> !one.isDone())) {
      assertThat(living()).isLessThanOrEqualTo(2);
    }
    long made = under.stream().filter(one -> one.join().statusCode() == 201).count();
    boolean refuses = whenTooMany == SessionLimit.WhenTooMany.REFUSE;
    assertThat(under)
        .allMatch(one -> List.of(201, refuses ? 409 : 503).contains(one.join().statusCode()));
    assertThat(made).isGreaterThanOrEqualTo(1);
    assertThat(living()).isEqualTo(2);
    if (refuses) {
      assertThat(made).isEqualTo(1);
    }
  }
}
