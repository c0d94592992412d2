package dev.kintsugi.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.Topics;
import dev.kintsugi.proto.ActivityEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Three nodes on a real Kafka, each a whole program; the map is written by the test. Where the
 * broker comes from is for the classes below to say.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class NodesOnKafka {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String SECRET = "0123456789abcdef-internal";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** A running broker. */
  interface Broker extends AutoCloseable {
    String bootstrapServers();

    @Override
    void close();
  }

  private static Broker kafka;
  private static TestIssuer issuer;
  private static TestMap map;
  private static final List<ConfigurableApplicationContext> NODES = new ArrayList<>();
  private static final List<MapNode> ALL = new ArrayList<>();

  /** Starts a broker of its own for this class. */
  abstract Broker startBroker();

  @BeforeAll
  void start() throws Exception {
    kafka = startBroker();
    NODES.clear();
    ALL.clear();
    issuer = new TestIssuer();
    List<Integer> ports = FreePorts.inARow(3);
    for (int node = 1; node <= 3; node++) {
      NODES.add(node("node-" + node, ports.get(node - 1)));
      ALL.add(TestMap.node("node-" + node, ports.get(node - 1)));
    }
    ClusterProperties cluster = NODES.getFirst().getBean(ClusterProperties.class);
    map = new TestMap(NODES.getFirst().getBean(LogSettings.class), cluster.areas());
    map.spread(ALL, ALL.stream().map(MapNode::id).toList());
  }

  private static ConfigurableApplicationContext node(String id, int port) {
    return new SpringApplicationBuilder(SessionShardService.class)
        .properties(
            "server.port=" + port,
            "kintsugi.cluster.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
            "kintsugi.cluster.kafka.replication-factor=1",
            "kintsugi.cluster.areas.mailbox-list.slots=4",
            "kintsugi.cluster.areas.settings.slots=4",
            "kintsugi.cluster.areas.session.slots=4",
            "kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
            "kintsugi.cluster.session-id-key=000102030405060708090a0b0c0d0e0f",
            "kintsugi.cluster.internal-secret=" + SECRET,
            "kintsugi.cluster.issuer=" + issuer.url(),
            "kintsugi.node.id=" + id,
            "kintsugi.node.url=http://127.0.0.1:" + port,
            "kintsugi.node.coordinators=http://127.0.0.1:1")
        .run();
  }

  @AfterAll
  void stop() {
    // Nobody is there to hand over to, so that nobody waits for it.
    map.spread(
        ALL.stream().map(node -> node.withState(MapNode.State.DRAINING)).toList(),
        ALL.stream().map(MapNode::id).toList());
    NODES.forEach(ConfigurableApplicationContext::close);
    map.close();
    issuer.close();
    kafka.close();
  }

  private static String token() {
    return TestIssuer.signed(issuer.alice().build());
  }

  /** As a gateway does: asks one node after the other until one says something final. */
  private static HttpResponse<String> call(String method, String path, String body)
      throws Exception {
    return call(method, path, body, token(), UUID.randomUUID().toString());
  }

  private static HttpResponse<String> call(
      String method, String path, String body, String token, String key, String... headers)
      throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    HttpResponse<String> answer = null;
    while (System.nanoTime() - deadline < 0) {
      for (MapNode node : ALL) {
        HttpRequest.Builder request =
            HttpRequest.newBuilder(URI.create(node.url() + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .method(
                    method,
                    body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
          request.header(headers[i], headers[i + 1]);
        }
        answer = HTTP.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 421 && answer.statusCode() < 500) {
          return answer;
        }
      }
    }
    throw new AssertionError(
        "no final answer in time, but " + (answer == null ? "none" : answer.body()));
  }

  @Test
  void a_session_lives_and_ends_across_areas_and_owners() throws Exception {
    String creation =
        "{\"areas\":{\"settings\":{\"theme\":\"dark\"},\"mailbox-list\":{\"unread\":3}},"
            + "\"idleTimeout\":\"PT30M\"}";
    var made = call("POST", "/v1/sessions", creation, token(), "creation-1");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    String path = made.headers().firstValue("Location").orElseThrow();
    assertThat(call("POST", "/v1/sessions", creation, token(), "creation-1").headers().map())
        .containsEntry("Location", List.of(path));

    var read = call("GET", path + "/areas/settings", "");
    assertThat(read.body()).isEqualTo("{\"version\":1,\"attributes\":{\"theme\":\"dark\"}}");
    assertThat(read.headers().firstValue("ETag")).contains("\"1\"");
    assertThat(read.headers().firstValue("Shard-Slot").orElseThrow()).startsWith("settings/");

    assertThat(call("PUT", path + "/areas/settings", "{\"a\":{\"b\":1}}").body())
        .isEqualTo("{\"version\":2}");
    assertThat(call("PATCH", path + "/areas/settings", "{\"a\":{\"c\":2},\"x\":null}").body())
        .isEqualTo("{\"version\":3}");
    assertThat(call("GET", path + "/areas/settings", "").body())
        .isEqualTo("{\"version\":3,\"attributes\":{\"a\":{\"b\":1,\"c\":2}}}");

    String mallory = TestIssuer.signed(issuer.alice().subject("mallory").build());
    assertThat(call("GET", path, "", mallory, "k").statusCode()).isEqualTo(403);

    map.spread(ALL, List.of(new NodeId("node-3"), new NodeId("node-1"), new NodeId("node-2")));
    assertThat(call("GET", path + "/areas/settings", "").body())
        .isEqualTo("{\"version\":3,\"attributes\":{\"a\":{\"b\":1,\"c\":2}}}");
    assertThat(call("PUT", path + "/areas/settings", "{}").body()).isEqualTo("{\"version\":4}");

    assertThat(call("GET", "/v1/users/alice/sessions", "").body())
        .contains(path.substring("/v1/sessions/".length()));
    assertThat(call("DELETE", path, "").statusCode()).isEqualTo(204);
    assertThat(call("DELETE", path, "").statusCode()).isEqualTo(204);
    for (String area : List.of("settings", "mailbox-list", "session")) {
      assertThat(call("GET", path + "/areas/" + area, "").statusCode()).isEqualTo(404);
      assertThat(call("PUT", path + "/areas/" + area, "{\"a\":1}").statusCode()).isEqualTo(404);
    }
    assertThat(call("GET", path, "").statusCode()).isEqualTo(404);
  }

  /** A gateway's request is one that says that its activity is told. */
  @Test
  void a_direct_request_leaves_one_activity_event_and_one_through_a_gateway_none()
      throws Exception {
    String dora = TestIssuer.signed(issuer.alice().subject("dora").build());
    String[] told = {Activities.TOLD, Activities.TOLD_VALUE};
    var made = call("POST", "/v1/sessions", "{}", dora, "dora-1", told);
    String path = made.headers().firstValue("Location").orElseThrow();
    call("PUT", path + "/areas/settings", "{\"a\":1}", dora, "dora-2", told);
    call("GET", path + "/areas/settings", "", dora, "dora-3");
    call("DELETE", path, "", dora, "dora-4", told);
    var other = call("POST", "/v1/sessions", "{}", dora, "dora-5");
    assertThat(other.statusCode()).isEqualTo(201);
    assertThat(activityOf("mail/dora", 2))
        .extracting(ActivityEvent::getKind)
        .containsExactlyInAnyOrder("settings.read", "session.create");
  }

  /** All events of a user, once there are so many of them. */
  private static List<ActivityEvent> activityOf(String key, int enough) throws Exception {
    LogSettings settings = NODES.getFirst().getBean(LogSettings.class);
    String topic = new Topics(settings).activity();
    List<ActivityEvent> found = new ArrayList<>();
    var bytes = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(settings.clientSettings(), bytes, bytes)) {
      var all =
          consumer.partitionsFor(topic).stream()
              .map(it -> new TopicPartition(topic, it.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (found.size() < enough && System.nanoTime() - deadline < 0) {
        for (var event : consumer.poll(Duration.ofMillis(200))) {
          if (new String(event.key(), StandardCharsets.UTF_8).equals(key)) {
            found.add(ActivityEvent.parseFrom(event.value()));
          }
        }
      }
    }
    return found;
  }

  @Test
  void hostile_records_on_every_log_are_counted_and_harm_nobody() throws Exception {
    var made = call("POST", "/v1/sessions", "{\"areas\":{\"settings\":{\"a\":1}}}");
    String path = made.headers().firstValue("Location").orElseThrow();
    String session = path.substring("/v1/sessions/".length());
    double before = malformedRecords();
    LogSettings settings = NODES.getFirst().getBean(LogSettings.class);
    int written = 0;
    try (LogWriter stranger = new LogWriter(settings, "stranger", Duration.ofSeconds(10))) {
      Random random = new Random(7);
      for (LogPartition partition : partitions(new Topics(settings))) {
        for (int i = 0; i < 5; i++) {
          byte[] key =
              i == 0 ? ("s" + session).getBytes(StandardCharsets.UTF_8) : noise(random, 1, 40);
          Map<String, byte[]> headers =
              Map.of("e", noise(random, 0, 20), "traceparent", noise(random, 0, 60));
          stranger.append(partition, key, headers, Optional.of(noise(random, 1, 5_000))).join();
          written++;
        }
      }
    }
    assertThat(call("GET", path + "/areas/settings", "").body())
        .contains("\"attributes\":{\"a\":1}");
    assertThat(call("PUT", path + "/areas/settings", "{\"a\":2}").statusCode()).isEqualTo(200);
    assertThat(call("GET", path + "/areas/settings", "").body())
        .contains("\"attributes\":{\"a\":2}");
    map.spread(ALL, List.of(new NodeId("node-2"), new NodeId("node-3"), new NodeId("node-1")));
    assertThat(call("GET", path + "/areas/settings", "").body())
        .contains("\"attributes\":{\"a\":2}");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (malformedRecords() - before < written / 2.0 && System.nanoTime() - deadline < 0) {
      assertThat(call("GET", path, "").statusCode()).isEqualTo(200);
    }
    assertThat(malformedRecords() - before).isGreaterThan(written / 2.0);
  }

  private static List<LogPartition> partitions(Topics topics) {
    List<LogPartition> all = new ArrayList<>();
    for (AreaPolicy policy : NODES.getFirst().getBean(ClusterProperties.class).areas().all()) {
      for (int slot = 0; slot < policy.slots(); slot++) {
        all.add(new LogPartition(topics.area(policy.area()), slot));
      }
    }
    for (int partition = 0; partition < Topics.LEASE_PARTITIONS; partition++) {
      all.add(new LogPartition(topics.nodeLeases(), partition));
    }
    all.add(new LogPartition(topics.shardMap(), 0));
    return all;
  }

  private static byte[] noise(Random random, int least, int most) {
    byte[] noise = new byte[random.nextInt(least, most)];
    random.nextBytes(noise);
    return noise;
  }

  private static double malformedRecords() throws Exception {
    double sum = 0;
    for (MapNode node : ALL) {
      sum +=
          get(URI.create(node.url() + "/actuator/prometheus"))
              .body()
              .lines()
              .filter(line -> line.startsWith("kintsugi_node_malformed_records_total"))
              .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
              .sum();
    }
    return sum;
  }

  @Test
  void a_node_is_ready_and_shows_its_metrics() throws Exception {
    call("GET", "/v1/users/alice/sessions", "");
    URI health = URI.create(ALL.getFirst().url() + "/actuator/health/readiness");
    URI metrics = URI.create(ALL.getFirst().url() + "/actuator/prometheus");
    assertThat(get(health).statusCode()).isEqualTo(200);
    URI details = URI.create(ALL.getFirst().url() + "/actuator/health");
    assertThat(get(details).body()).contains("\"takesNewSessions\":true", "\"quarantined\":");
    assertThat(get(metrics).body()).contains("kintsugi_node_slots", "kintsugi_node_requests");
  }

  private static HttpResponse<String> get(URI uri) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
