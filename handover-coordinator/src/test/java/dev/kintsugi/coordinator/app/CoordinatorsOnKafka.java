package dev.kintsugi.coordinator.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.ShardMapFollower;
import dev.kintsugi.log.Topics;
import dev.kintsugi.proto.Epoch;
import dev.kintsugi.proto.NodeHeartbeat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Two coordinators on a real Kafka, each a whole program; the heartbeats are the test's. Where the
 * broker comes from is for the classes below to say.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CoordinatorsOnKafka {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String SECRET = "0123456789abcdef-internal";
  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);

  /** A running broker. */
  interface Broker extends AutoCloseable {
    String bootstrapServers();

    @Override
    void close();
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<ConfigurableApplicationContext> coordinators = new ArrayList<>();
  private List<Integer> ports = List.of();
  private Optional<Broker> kafka = Optional.empty();
  private Optional<ShardMapFollower> follower = Optional.empty();
  private long sequence;

  /** Starts a broker of its own for this class. */
  abstract Broker startBroker();

  @BeforeAll
  void start() throws Exception {
    kafka = Optional.of(startBroker());
    ports = FreePorts.inARow(2);
    for (int number = 1; number <= 2; number++) {
      coordinators.add(coordinator(number, ports.get(number - 1)));
    }
    follower = Optional.of(new ShardMapFollower(settings(), "test"));
  }

  private ConfigurableApplicationContext coordinator(int number, int port) {
    return new SpringApplicationBuilder(HandoverCoordinator.class)
        .properties(
            "kintsugi.cluster.kafka.bootstrap-servers=" + kafka.orElseThrow().bootstrapServers(),
            "kintsugi.cluster.kafka.replication-factor=1",
            "kintsugi.cluster.areas.session.slots=4",
            "kintsugi.cluster.areas.settings.slots=4",
            "kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
            "kintsugi.cluster.session-id-key=000102030405060708090a0b0c0d0e0f",
            "kintsugi.cluster.internal-secret=" + SECRET,
            "kintsugi.cluster.issuer=http://127.0.0.1:1",
            "kintsugi.coordinator.id=coordinator-" + number,
            "kintsugi.coordinator.url=http://127.0.0.1:" + port,
            "kintsugi.coordinator.initial-wait=1s")
        .run("--server.port=" + port);
  }

  private LogSettings settings() {
    return coordinators.getLast().getBean(LogSettings.class);
  }

  @AfterAll
  void stop() {
    follower.ifPresent(ShardMapFollower::close);
    coordinators.forEach(ConfigurableApplicationContext::close);
    kafka.ifPresent(Broker::close);
  }

  private boolean leads(int number) throws Exception {
    return coordinators
        .get(number - 1)
        .getBean(CoordinatorLoop.class)
        .ask((coordinator, _) -> coordinator.isLeading())
        .get(5, TimeUnit.SECONDS);
  }

  /** Reports two nodes to every coordinator. */
  private void report() throws Exception {
    sequence++;
    for (int port : ports) {
      for (int node = 1; node <= 2; node++) {
        NodeHeartbeat beat =
            NodeHeartbeat.newBuilder()
                .setNode("node-" + node)
                .setIncarnation(node)
                .setUrl("http://127.0.0.1:" + port)
                .setSequence(sequence)
                .setMapVersion(known())
                .build();
        var _ =
            http.send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/internal/v1/heartbeats"))
                    .header("Content-Type", "application/x-protobuf")
                    .header("Kintsugi-Internal", SECRET)
                    .POST(BodyPublishers.ofByteArray(beat.toByteArray()))
                    .build(),
                BodyHandlers.discarding());
      }
    }
  }

  /** The map that the nodes go by. */
  private dev.kintsugi.proto.MapVersion known() {
    MapVersion version = follower.orElseThrow().current().version();
    return version.equals(MapVersion.NONE)
        ? dev.kintsugi.proto.MapVersion.getDefaultInstance()
        : dev.kintsugi.proto.MapVersion.newBuilder()
            .setEpoch(
                Epoch.newBuilder()
                    .setGrant(version.epoch().grant())
                    .setAttempt(version.epoch().attempt()))
            .setOffset(version.offset())
            .build();
  }

  /** Keeps reporting until the map, as everybody reads it from Kafka, is as it should be. */
  private ShardMap reportUntil(Predicate<ShardMap> wanted) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      report();
      ShardMap map = follower.orElseThrow().current();
      if (wanted.test(map)) {
        return map;
      }
      assertThat(System.nanoTime() - deadline).as("waiting; the map is %s", map).isNegative();
    }
  }

  @Test
  void one_leads_and_places_and_when_it_is_gone_the_other_goes_on_from_its_map() throws Exception {
    ShardMap first = reportUntil(map -> map.find(SLOT).flatMap(slot -> slot.owner()).isPresent());
    assertThat(leads(1) ^ leads(2)).as("exactly one leads").isTrue();
    first.forEachSlot((slot, assignment) -> {
      assertThat(assignment.owner()).as("owner of %s", slot).isPresent();
      assertThat(assignment.standbys()).as("standbys of %s", slot).hasSize(1);
    });

    nonsense();
    int leader = leads(1) ? 1 : 2;
    // Not the whole program: closing one in this JVM would take the other's event loops with it.
    coordinators.get(leader - 1).getBean(CoordinatorLifecycle.class).stop();
    int other = 3 - leader;
    MapVersion before = follower.orElseThrow().current().version();
    ShardMap second = reportUntil(map -> map.version().epoch().fences(before.epoch()));
    assertThat(leads(other)).isTrue();
    assertThat(second.areas()).isEqualTo(first.areas());
    first.forEachSlot((slot, assignment) ->
        assertThat(second.find(slot).orElseThrow().grant())
            .as("the grant of %s never goes back", slot)
            .isGreaterThanOrEqualTo(assignment.grant()));
    madeAnew();
  }

  /** The topic is lost and comes back empty: whoever runs goes on, from the map that it knows. */
  private void madeAnew() throws Exception {
    ShardMap before = follower.orElseThrow().current();
    Topics topics = new Topics(settings());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings().bootstrapServers()))) {
      admin.deleteTopics(List.of(topics.shardMap())).all().get(20, TimeUnit.SECONDS);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (admin.listTopics().names().get(20, TimeUnit.SECONDS).contains(topics.shardMap())) {
        assertThat(System.nanoTime() - deadline).as("waiting for the topic to go").isNegative();
      }
    }
    topics.ensure(coordinators.getFirst().getBean(ClusterProperties.class).areas(), PATIENCE);
    ShardMap after = reportUntil(map -> map.version().newerThan(before.version()));
    assertThat(after.version().epoch().fences(before.version().epoch())).isTrue();
    before.forEachSlot((slot, assignment) ->
        assertThat(after.find(slot).orElseThrow().grant())
            .as("the grant of %s never goes back", slot)
            .isGreaterThanOrEqualTo(assignment.grant()));
  }

  /**
   * What is no record is skipped by coordinators and followers alike; the table is written anew.
   */
  private void nonsense() throws Exception {
    try (LogWriter writer = new LogWriter(settings(), "hostile", Duration.ofSeconds(10))) {
      LogPartition partition = new LogPartition(new Topics(settings()).shardMap(), 0);
      var _ =
          writer
              .append(
                  partition,
                  "nonsense".getBytes(StandardCharsets.UTF_8),
                  Map.of(),
                  Optional.of(new byte[] {(byte) 0xff, 0, 1, 2}))
              .get(10, TimeUnit.SECONDS);
    }
    MapVersion before = follower.orElseThrow().current().version();
    var _ = reportUntil(map -> map.version().newerThan(before));
  }
}
