package dev.kintsugi.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.log.GrantRevocation;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.RevocationCodec;
import dev.kintsugi.log.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Three nodes on a real Kafka and a token service that says what the test wants. */
class GrantsIT {

  private static final String SECRET = "0123456789abcdef-internal";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration ONE_SECOND = Duration.ofSeconds(1);
  private static final List<String> AREAS = List.of("session", "settings", "mailbox-list");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final List<ConfigurableApplicationContext> NODES = new ArrayList<>();
  private static final List<MapNode> ALL = new ArrayList<>();
  private static final Map<String, String> REVOKED = new ConcurrentHashMap<>();
  private static final Map<String, Integer> ASKED = new ConcurrentHashMap<>();
  private static volatile String garbage = "";
  private static volatile boolean silent;
  private static EmbeddedKafka kafka;
  private static TestIssuer issuer;
  private static HttpServer tokens;
  private static TestMap map;
  private static LogWriter feed;
  private static LogPartition topic;

  @BeforeAll
  static void start() throws Exception {
    kafka = EmbeddedKafka.start();
    issuer = new TestIssuer();
    tokens = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    tokens.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    tokens.createContext("/internal/v1/grants/verdicts", GrantsIT::judge);
    tokens.start();
    List<Integer> ports = FreePorts.inARow(3);
    for (int node = 1; node <= 3; node++) {
      NODES.add(node("node-" + node, ports.get(node - 1)));
      ALL.add(TestMap.node("node-" + node, ports.get(node - 1)));
    }
    LogSettings settings = NODES.getFirst().getBean(LogSettings.class);
    map = new TestMap(settings, NODES.getFirst().getBean(ClusterProperties.class).areas());
    spread(1, 2, 3);
    feed = new LogWriter(settings, "test-feed", Duration.ofSeconds(10));
    topic = new LogPartition(new Topics(settings).revocations(), 0);
  }

  private static ConfigurableApplicationContext node(String id, int port) {
    return new SpringApplicationBuilder(SessionShardService.class)
        .properties(
            "server.port=" + port,
            "kintsugi.cluster.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
            "kintsugi.cluster.kafka.replication-factor=1",
            "kintsugi.cluster.areas.mailbox-list.slots=2",
            "kintsugi.cluster.areas.settings.slots=2",
            "kintsugi.cluster.areas.session.slots=2",
            "kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
            "kintsugi.cluster.session-id-key=000102030405060708090a0b0c0d0e0f",
            "kintsugi.cluster.internal-secret=" + SECRET,
            "kintsugi.cluster.issuer=" + issuer.url(),
            "kintsugi.cluster.clock-skew=2s",
            "kintsugi.node.id=" + id,
            "kintsugi.node.url=http://127.0.0.1:" + port,
            "kintsugi.node.token-service=http://127.0.0.1:" + tokens.getAddress().getPort(),
            "kintsugi.node.coordinators=http://127.0.0.1:1")
        .run();
  }

  private static void judge(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean known = SECRET.equals(exchange.getRequestHeaders().getFirst("Kintsugi-Internal"));
      JsonNode asked = Json.MAPPER.readTree(exchange.getRequestBody().readAllBytes());
      if (silent || !known) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      ObjectNode answer = Json.MAPPER.createObjectNode();
      ArrayNode verdicts = answer.putArray("verdicts");
      for (JsonNode grant : asked.path("grants")) {
        String id = grant.path("id").asString();
        ASKED.merge(id, 1, Integer::sum);
        ObjectNode one =
            verdicts
                .addObject()
                .put("application", grant.path("application").asString())
                .put("id", id);
        if (REVOKED.containsKey(id)) {
          one.put("verdict", "revoked").put("reason", REVOKED.get(id));
        } else {
          one.put("verdict", "valid").put("usableMillis", 300_000);
        }
      }
      byte[] body =
          garbage.isEmpty()
              ? Json.MAPPER.writeValueAsBytes(answer)
              : garbage.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @BeforeEach
  void wellBehaved() throws Exception {
    silent = false;
    garbage = "";
    await(() -> gauge("kintsugi_node_grants_silent") == 0);
  }

  @AfterAll
  static void stop() {
    map.spread(
        ALL.stream().map(node -> node.withState(MapNode.State.DRAINING)).toList(),
        ALL.stream().map(MapNode::id).toList());
    NODES.forEach(ConfigurableApplicationContext::close);
    feed.close();
    map.close();
    tokens.stop(0);
    issuer.close();
    kafka.close();
  }

  /** As if whoever served before had died: nobody releases anything. */
  private static void spread(int... order) {
    List<NodeId> serving = new ArrayList<>();
    for (int node : order) {
      serving.add(ALL.get(node - 1).id());
    }
    map.spread(ALL, serving);
  }

  private static void revoke(String grant) {
    GrantRevocation word =
        new GrantRevocation(
            new ApplicationId("mail"),
            grant,
            Optional.of(new UserId("alice")),
            Instant.now(),
            "deleted");
    REVOKED.put(grant, "deleted");
    feed.append(
            topic, RevocationCodec.key(word), Map.of(), Optional.of(RevocationCodec.encode(word)))
        .join();
  }

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private record Made(String path, String grant) {}

  private static Made session() throws Exception {
    String grant = "grant-" + NUMBER.incrementAndGet();
    var made =
        call(
            "POST",
            "/v1/sessions",
            "{\"areas\":{\"settings\":{\"a\":1},\"mailbox-list\":{}},\"grantId\":\""
                + grant
                + "\"}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    Made session = new Made(made.headers().firstValue("Location").orElseThrow(), grant);
    // The owner and the standby have asked.
    await(() -> ASKED.getOrDefault(grant, 0) >= 2);
    return session;
  }

  /** As a gateway does: asks one node after the other until one says something final. */
  private static HttpResponse<String> call(String method, String path, String body)
      throws Exception {
    HttpResponse<String> answer = null;
    String key = UUID.randomUUID().toString();
    for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() - end < 0; ) {
      for (MapNode node : ALL) {
        answer = ask(node, method, path, body, key);
        if (answer.statusCode() != 421 && answer.statusCode() < 500) {
          return answer;
        }
      }
    }
    throw new AssertionError("no final answer: " + (answer == null ? "none" : answer.body()));
  }

  private static HttpResponse<String> ask(
      MapNode node, String method, String path, String body, String key) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(node.url() + path))
            .header("Authorization", "Bearer " + TestIssuer.signed(issuer.alice().build()))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", key)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    for (long end = System.nanoTime() + PATIENCE.toNanos(); !condition.holds(); ) {
      assertThat(System.nanoTime() - end).as("in time").isNegative();
      Thread.onSpinWait();
    }
  }

  /** Summed up over the nodes. */
  private static double gauge(String name) throws Exception {
    double sum = 0;
    for (MapNode node : ALL) {
      sum +=
          HTTP.send(
                  HttpRequest.newBuilder(URI.create(node.url() + "/actuator/prometheus")).build(),
                  BodyHandlers.ofString())
              .body()
              .lines()
              .filter(line -> line.startsWith(name))
              .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
              .sum();
    }
    return sum;
  }

  private static void assertRefusedEverywhere(Made session) throws Exception {
    for (String area : AREAS) {
      var read = call("GET", session.path() + "/areas/" + area, "");
      assertThat(read.statusCode()).as(area + " " + read.body()).isEqualTo(401);
      assertThat(read.headers().firstValue("WWW-Authenticate").orElse("")).contains("Bearer");
    }
    assertThat(call("PUT", session.path() + "/areas/settings", "{}").statusCode()).isEqualTo(401);
    assertThat(call("GET", session.path(), "").statusCode()).isEqualTo(401);
  }

  /** Until the end marks are in all areas, as their owners say to each other. */
  private static void assertEndsEverywhere(Made session, long endNanos) throws Exception {
    String id = session.path().substring("/v1/sessions/".length());
    for (String area : List.of("settings", "mailbox-list")) {
      while (true) {
        int status =
            internal(
                "/internal/v1/sessions/" + id + "/areas/" + area, UUID.randomUUID().toString());
        if (status == 404) {
          break;
        }
        assertThat(System.nanoTime() - endNanos).as(area + " has ended in time").isNegative();
      }
    }
  }

  /** A first write by another owner is refused as ended where the end mark is. */
  private static int internal(String path, String key) throws Exception {
    while (true) {
      for (MapNode node : ALL) {
        int status =
            HTTP.send(
                    HttpRequest.newBuilder(URI.create(node.url() + path))
                        .header("Kintsugi-Internal", SECRET)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .PUT(
                            BodyPublishers.ofString(
                                "{\"application\":\"mail\",\"userId\":\"alice\",\"attributes\":{}}"))
                        .build(),
                    BodyHandlers.ofString())
                .statusCode();
        if (status != 421 && status < 500) {
          return status;
        }
      }
    }
  }

  @Test
  void a_revoked_session_is_refused_and_has_ended_in_all_areas_within_a_second() throws Exception {
    Made session = session();
    Made other = session();
    assertThat(call("PUT", session.path() + "/areas/settings", "{\"a\":2}").statusCode())
        .isEqualTo(200);
    revoke(session.grant());
    long end = System.nanoTime() + ONE_SECOND.toNanos();
    await(() -> call("GET", session.path() + "/areas/settings", "").statusCode() == 401);
    assertEndsEverywhere(session, end);
    assertThat(System.nanoTime() - end).isNegative();
    assertRefusedEverywhere(session);
    assertThat(call("PUT", other.path() + "/areas/settings", "{\"a\":2}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void a_new_owner_refuses_what_was_revoked_right_before_the_old_one_died() throws Exception {
    spread(1, 2, 3);
    Made session = session();
    silent = true;
    spread(2, 3, 1);
    revoke(session.grant());
    spread(3, 1, 2);
    long end = System.nanoTime() + ONE_SECOND.toNanos();
    await(() -> call("GET", session.path() + "/areas/settings", "").statusCode() == 401);
    assertThat(System.nanoTime() - end).isNegative();
    assertRefusedEverywhere(session);
  }

  @Test
  void with_a_fresh_verdict_reads_and_writes_go_on_though_the_token_service_is_silent()
      throws Exception {
    spread(1, 2, 3);
    Made session = session();
    silent = true;
    await(() -> gauge("kintsugi_node_grants_silent") == 3);
    spread(2, 3, 1);
    assertThat(call("GET", session.path(), "").statusCode()).isEqualTo(200);
    assertThat(call("GET", session.path() + "/areas/settings", "").statusCode()).isEqualTo(200);
    assertThat(call("PUT", session.path() + "/areas/settings", "{\"a\":3}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void without_a_verdict_reads_go_on_and_writes_wait_for_the_token_service() throws Exception {
    spread(1, 2, 3);
    silent = true;
    await(() -> gauge("kintsugi_node_grants_silent") == 3);
    var made =
        call(
            "POST",
            "/v1/sessions",
            "{\"areas\":{\"settings\":{\"a\":1}},\"grantId\":\"never-asked\"}");
    String path = made.headers().firstValue("Location").orElseThrow();
    assertThat(call("PUT", path + "/areas/settings", "{\"a\":2}").statusCode()).isEqualTo(200);
    spread(2, 3, 1);
    assertThat(call("GET", path, "").statusCode()).isEqualTo(200);
    assertThat(call("GET", path + "/areas/settings", "").statusCode()).isEqualTo(200);
    boolean refused = false;
    for (MapNode node : ALL) {
      var answer = ask(node, "PUT", path + "/areas/settings", "{\"a\":3}", "k-" + node.id());
      assertThat(answer.statusCode()).as(answer.body()).isIn(421, 503);
      refused |= answer.statusCode() == 503 && answer.body().contains("read but not written");
    }
    assertThat(refused).isTrue();
    silent = false;
    assertThat(call("PUT", path + "/areas/settings", "{\"a\":4}").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{\"verdicts\":{}}",
        "{\"verdicts\":[{}]}",
        "{\"verdicts\":[{\"verdict\":\"revoked\"}]}",
        "{\"verdicts\":[{\"application\":\"mail\",\"id\":\"other\",\"verdict\":\"revoked\"}]}",
        "{\"verdicts\":[{\"application\":\"mail\",\"id\":\"odd\",\"verdict\":\"valid\",\"usableMillis\":-1}]}",
        "{\"verdicts\":[{\"application\":\"mail\",\"id\":\"odd\",\"verdict\":\"valid\",\"usableMillis\":1e99}]}"
      })
  void an_answer_that_makes_no_sense_ends_no_session(String senseless) throws Exception {
    garbage = senseless;
    var made =
        call("POST", "/v1/sessions", "{\"areas\":{\"settings\":{\"a\":1}},\"grantId\":\"odd\"}");
    String path = made.headers().firstValue("Location").orElseThrow();
    assertThat(call("GET", path, "").statusCode()).isEqualTo(200);
    assertThat(call("GET", path + "/areas/settings", "").statusCode()).isEqualTo(200);
  }

  @Test
  void noise_in_the_feed_is_counted_and_harms_nobody() throws Exception {
    Made session = session();
    double before = gauge("kintsugi_node_grants_malformed_total");
    for (int i = 0; i < 20; i++) {
      byte[] noise = new byte[i * 37];
      java.util.Arrays.fill(noise, (byte) (i * 13));
      feed.append(topic, noise, Map.of(), i % 5 == 4 ? Optional.empty() : Optional.of(noise))
          .join();
    }
    await(() -> gauge("kintsugi_node_grants_malformed_total") - before >= 60);
    assertThat(call("PUT", session.path() + "/areas/settings", "{\"a\":2}").statusCode())
        .isEqualTo(200);
    revoke(session.grant());
    await(() -> call("GET", session.path(), "").statusCode() == 401);
  }
}
