package dev.kintsugi.coordinator.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.proto.Epoch;
import dev.kintsugi.proto.HeartbeatReply;
import dev.kintsugi.proto.NodeHeartbeat;
import dev.kintsugi.proto.SlotReport;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CoordinatorRestTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final AtomicLong SEQUENCE = new AtomicLong();

  private static CoordinatorHost host;

  @BeforeAll
  static void start() throws Exception {
    host = new CoordinatorHost();
    report("node-1");
    report("node-2");
    awaitMap();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static void report(String node) throws Exception {
    assertThat(host.heartbeat(beat(node).build().toByteArray()).statusCode()).isEqualTo(200);
  }

  private static NodeHeartbeat.Builder beat(String node) {
    return NodeHeartbeat.newBuilder()
        .setNode(node)
        .setIncarnation(5)
        .setUrl("http://127.0.0.1:9")
        .setSequence(SEQUENCE.incrementAndGet());
  }

  private static void awaitMap() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (map().areas().isEmpty()) {
      assertThat(System.nanoTime() - deadline).as("waiting for the first table").isNegative();
      Thread.onSpinWait();
    }
  }

  private static ShardMap map() throws Exception {
    return host.bean(CoordinatorLoop.class).ask((c, _) -> c.map()).get(5, TimeUnit.SECONDS);
  }

  private static JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = host.send(host.admin(path).GET());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body()).doesNotContain("Exception", "at dev.", "java.");
  }

  @Test
  void a_heartbeat_is_answered_with_who_answers_and_whether_it_leads() throws Exception {
    HttpResponse<byte[]> answer = host.heartbeat(beat("node-1").build().toByteArray());
    assertThat(answer.statusCode()).isEqualTo(200);
    HeartbeatReply reply = HeartbeatReply.parseFrom(answer.body());
    assertThat(reply.getCoordinator()).isEqualTo("coordinator-4");
    assertThat(reply.getLeading()).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nonsense")
  void a_heartbeat_that_makes_no_sense_is_a_400(String what, NodeHeartbeat heartbeat)
      throws Exception {
    assertThat(host.heartbeat(heartbeat.toByteArray()).statusCode()).as(what).isEqualTo(400);
  }

  static Stream<Arguments> nonsense() {
    return Stream.of(
        Arguments.of("empty", NodeHeartbeat.getDefaultInstance()),
        Arguments.of("no incarnation", beat("node-1").setIncarnation(0).build()),
        Arguments.of("no sequence", beat("node-1").setSequence(0).build()),
        Arguments.of("negative sequence", beat("node-1").setSequence(-1).build()),
        Arguments.of("bad id", beat("../../etc").build()),
        Arguments.of("long id", beat("n".repeat(300)).build()),
        Arguments.of("no url", beat("node-1").setUrl("").build()),
        Arguments.of("file url", beat("node-1").setUrl("file:///etc/passwd").build()),
        Arguments.of("url with user", beat("node-1").setUrl("http://a:b@host:1").build()),
        Arguments.of("url with query", beat("node-1").setUrl("http://host:1/?x=1").build()),
        Arguments.of("broken url", beat("node-1").setUrl("http://[::1").build()),
        Arguments.of("long url", beat("node-1").setUrl("http://h/" + "x".repeat(999)).build()),
        Arguments.of("zone with a line feed", beat("node-1").setZone("a\nb").build()));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void noise_is_a_400_and_changes_nothing(long seed) throws Exception {
    ShardMap before = map();
    byte[] noise = new byte[2_000];
    new Random(seed).nextBytes(noise);
    noise[0] = 0x0a;
    assertThat(host.heartbeat(noise).statusCode()).isEqualTo(400);
    assertThat(map().sameContent(before)).isTrue();
  }

  @Test
  void a_heartbeat_that_is_too_large_is_a_413() throws Exception {
    assertThat(host.heartbeat(new byte[2 << 20]).statusCode()).isEqualTo(413);
  }

  @Test
  void a_heartbeat_of_another_media_type_is_a_415() throws Exception {
    assertProblem(
        host.send(
            host.to("/internal/v1/heartbeats")
                .header("Content-Type", "application/json")
                .header("Kintsugi-Internal", CoordinatorHost.SECRET)
                .POST(BodyPublishers.ofString("{}"))),
        415);
  }

  @Test
  void a_heartbeat_without_the_secret_is_a_403() throws Exception {
    assertProblem(
        host.send(
            host.to("/internal/v1/heartbeats")
                .header("Content-Type", "application/x-protobuf")
                .POST(BodyPublishers.ofByteArray(beat("node-9").build().toByteArray()))),
        403);
    assertThat(get("/admin/v1/nodes").toString()).doesNotContain("node-9");
  }

  @Test
  void reports_about_slots_that_do_not_exist_or_claim_the_impossible_are_ignored_and_counted()
      throws Exception {
    var ignored = host.bean(MeterRegistry.class).get("kintsugi.coordinator.slot.reports.ignored");
    double before = ignored.counter().count();
    ShardMap map = map();
    NodeHeartbeat heartbeat =
        beat("node-1")
            .addSlots(slot("session", 4))
            .addSlots(slot("session", -1))
            .addSlots(slot("no-such-area", 0))
            .addSlots(slot("NO AREA AT ALL", 0))
            .addSlots(slot("session", 0).setRoleValue(99))
            .addSlots(slot("session", 0).setNextOffset(-5))
            .addSlots(slot("session", 0).setEpoch(Epoch.newBuilder().setGrant(Long.MAX_VALUE)))
            .addSlots(slot("session", 1))
            .addSlots(slot("session", 1))
            .build();
    assertThat(host.heartbeat(heartbeat.toByteArray()).statusCode()).isEqualTo(200);
    assertThat(ignored.counter().count() - before).isEqualTo(8);
    assertThat(map().sameContent(map)).isTrue();
  }

  private static SlotReport.Builder slot(String area, int number) {
    return SlotReport.newBuilder()
        .setArea(area)
        .setSlot(number)
        .setRole(SlotReport.Role.STANDBY)
        .setNextOffset(1)
        .setEpoch(Epoch.newBuilder().setGrant(1));
  }

  @Test
  void many_heartbeats_at_once_are_all_answered() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      HttpRequest request =
          host.to("/internal/v1/heartbeats")
              .header("Content-Type", "application/x-protobuf")
              .header("Kintsugi-Internal", CoordinatorHost.SECRET)
              .POST(BodyPublishers.ofByteArray(beat("node-2").build().toByteArray()))
              .build();
      answers.add(host.http().sendAsync(request, HttpResponse.BodyHandlers.ofString()));
    }
    for (var answer : answers) {
      assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isIn(200, 503);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/admin/v1/nodes",
        "/admin/v1/shard-map",
        "/admin/v1/handovers",
        "/admin/v1/events"
      })
  void the_administration_wants_the_admin_scope(String path) throws Exception {
    assertProblem(host.send(host.to(path).GET()), 401);
    assertProblem(host.send(host.to(path).header("Authorization", "Bearer forged").GET()), 401);
    assertProblem(host.send(host.to(path).header("Authorization", "Bearer user").GET()), 403);
    assertProblem(
        host.send(host.to(path).header("Kintsugi-Internal", CoordinatorHost.SECRET).GET()), 401);
  }

  @Test
  void nodes_and_map_tell_who_has_what() throws Exception {
    JsonNode nodes = get("/admin/v1/nodes");
    assertThat(nodes.at("/coordinator").asString()).isEqualTo("coordinator-4");
    assertThat(nodes.at("/leader/id").asString()).isEqualTo("coordinator-4");
    assertThat(nodes.at("/nodes/0/id").asString()).isEqualTo("node-1");
    assertThat(nodes.at("/nodes/0/state").asString()).isEqualTo("UP");
    assertThat(nodes.at("/nodes/0/heartbeatAgeMillis").asLong()).isGreaterThanOrEqualTo(0);
    JsonNode map = get("/admin/v1/shard-map");
    assertThat(map.at("/areas/session").size()).isEqualTo(4);
    assertThat(map.at("/areas/session/0/owner").asString()).startsWith("node-");
    assertThat(map.at("/areas/session/0/standbys").size()).isEqualTo(1);
    assertThat(map.at("/areas/session/0/grant").asLong()).isEqualTo(1);
    assertThat(map.at("/areas/session/0/liveCopies").asInt(-1))
        .as("nobody has said that it has read the log")
        .isZero();
    assertThat(map.at("/version").asString()).matches("1\\.1@\\d+");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "x", "99999999999", "10001", ""})
  void a_limit_that_is_none_is_a_400(String limit) throws Exception {
    assertProblem(host.send(host.admin("/admin/v1/handovers?limit=" + limit).GET()), 400);
  }

  @Test
  void handovers_are_listed() throws Exception {
    assertThat(get("/admin/v1/handovers?limit=5").at("/handovers").isArray()).isTrue();
  }

  @Test
  void rebalance_wants_to_know_whether_it_is_meant() throws Exception {
    assertProblem(host.send(host.admin("/admin/v1/rebalance").POST(BodyPublishers.noBody())), 400);
    assertProblem(
        host.send(host.admin("/admin/v1/rebalance?dryRun=perhaps").POST(BodyPublishers.noBody())),
        400);
    HttpResponse<String> dry =
        host.send(host.admin("/admin/v1/rebalance?dryRun=true").POST(BodyPublishers.noBody()));
    assertThat(dry.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(dry.body()).at("/dryRun").asBoolean()).isTrue();
    assertThat(JSON.readTree(dry.body()).at("/moves").isArray()).isTrue();
  }

  @Test
  void a_dry_run_tells_what_would_be_moved_and_what_each_node_would_have() throws Exception {
    JsonNode dry = JSON.readTree(rebalance("dryRun=true").body());
    assertThat(dry.at("/by").asString()).isEqualTo("slots");
    assertThat(dry.at("/ownersMoved").isNumber()).isTrue();
    assertThat(dry.at("/sessionsMoved").isNumber()).isTrue();
    assertThat(dry.at("/bytesCopied").isNumber()).isTrue();
    assertThat(dry.at("/imbalance/least").asDouble()).isGreaterThanOrEqualTo(1);
    assertThat(dry.at("/nodes/0/before/owned").isNumber()).isTrue();
    assertThat(dry.at("/nodes/0/after/bytes").isNumber()).isTrue();
    assertThat(dry.at("/nodes/0/hot").isArray()).isTrue();
  }

  @Test
  void a_rebalance_of_another_map_than_the_one_looked_at_is_refused() throws Exception {
    String version = JSON.readTree(rebalance("dryRun=true").body()).at("/version").asString();
    assertThat(rebalance("dryRun=false&version=" + version).statusCode()).isEqualTo(200);
    HttpResponse<String> outdated = rebalance("dryRun=false&version=1.1@999999");
    assertProblem(outdated, 412);
    assertThat(outdated.body()).contains("dryRun=true");
    for (String nonsense : List.of("7", "1.1@", "x.1@3", "1.1@3@4", "")) {
      assertProblem(rebalance("dryRun=true&version=" + nonsense), 400);
    }
  }

  private static HttpResponse<String> rebalance(String query) throws Exception {
    return host.send(host.admin("/admin/v1/rebalance?" + query).POST(BodyPublishers.noBody()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"node-99", "%2e%2e", "NODE", "a%0ab"})
  void commands_to_nodes_that_are_not_there_are_refused(String node) throws Exception {
    for (String command : List.of("drain", "activate")) {
      HttpResponse<String> answer =
          host.send(
              host.admin("/admin/v1/nodes/" + node + '/' + command).POST(BodyPublishers.noBody()));
      assertThat(answer.statusCode()).isIn(400, 404);
      assertProblem(answer, answer.statusCode());
    }
  }

  @Test
  void a_node_is_drained_and_activated_but_never_the_last_one() throws Exception {
    try {
      assertThat(command("node-1", "drain").statusCode()).isEqualTo(202);
      HttpResponse<String> last = command("node-2", "drain");
      assertProblem(last, 409);
      assertThat(last.body()).contains("start or activate another first");
    } finally {
      assertThat(command("node-1", "activate").statusCode()).isEqualTo(202);
    }
  }

  @Test
  void a_drain_is_answered_when_the_log_of_maps_has_taken_it() throws Exception {
    CoordinatorHost.MemoryLog log = host.bean(CoordinatorHost.MemoryLog.class);
    CompletableFuture<Void> gate = new CompletableFuture<>();
    int before = log.tables.get();
    log.gate.set(gate);
    try {
      CompletableFuture<Integer> drained = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              drained.complete(command("node-1", "drain").statusCode());
            } catch (Exception e) {
              drained.completeExceptionally(e);
            }
          });
      while (log.tables.get() == before) {
        Thread.onSpinWait();
      }
      assertThat(map().node(new NodeId("node-1")).orElseThrow().state())
          .isEqualTo(MapNode.State.UP);
      assertThat(drained).as("nobody would go on with it yet").isNotDone();
      gate.complete(null);
      assertThat(drained.get(20, TimeUnit.SECONDS)).isEqualTo(202);
      assertThat(map().node(new NodeId("node-1")).orElseThrow().state())
          .isEqualTo(MapNode.State.DRAINING);
    } finally {
      gate.complete(null);
      assertThat(command("node-1", "activate").statusCode()).isEqualTo(202);
    }
  }

  private static HttpResponse<String> command(String node, String command) throws Exception {
    return host.send(
        host.admin("/admin/v1/nodes/" + node + '/' + command).POST(BodyPublishers.noBody()));
  }

  @Test
  void events_arrive_as_they_happen() throws Exception {
    CompletableFuture<String> change = new CompletableFuture<>();
    CompletableFuture<Void> open = new CompletableFuture<>();
    HttpResponse<Stream<String>> stream =
        host.http()
            .send(
                host.admin("/admin/v1/events").GET().build(), HttpResponse.BodyHandlers.ofLines());
    assertThat(stream.statusCode()).isEqualTo(200);
    Thread reader =
        Thread.ofVirtual()
            .start(() ->
                stream
                    .body()
                    .takeWhile(_ -> !change.isDone())
                    .forEach(line -> {
                      open.complete(null);
                      if (line.contains("version")) {
                        change.complete(line);
                      }
                    }));
    open.get(10, TimeUnit.SECONDS);
    assertThat(command("node-1", "drain").statusCode()).isEqualTo(202);
    assertThat(change.get(10, TimeUnit.SECONDS)).contains("\"version\":\"1.1@");
    assertThat(command("node-1", "activate").statusCode()).isEqualTo(202);
    assertThat(reader.join(java.time.Duration.ofSeconds(10))).isTrue();
  }
}
