package dev.kintsugi.node.adapter.heartbeat;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.SlotView;
import dev.kintsugi.node.domain.watch.Word;
import dev.kintsugi.node.runtime.NodeStatus;
import dev.kintsugi.node.runtime.StatusSource;
import dev.kintsugi.proto.HeartbeatReply;
import dev.kintsugi.proto.NodeHeartbeat;
import dev.kintsugi.proto.PeerWord;
import dev.kintsugi.proto.SlotReport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {

  private static final String SECRET = "0123456789abcdef";

  private final BlockingQueue<NodeHeartbeat> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> secrets = new LinkedBlockingQueue<>();
  private volatile Incarnation incarnation = new Incarnation(9);
  private volatile MapVersion mapVersion = MapVersion.NONE;
  private volatile boolean leads = true;
  private volatile List<Word> words = List.of();
  private volatile Duration statusAge = Duration.ZERO;
  private volatile Optional<Duration> logSilence = Optional.of(Duration.ofMillis(40));
  private HttpServer coordinator;
  private ServerSocket silent;
  private HttpClient http;

  @BeforeEach
  void start() throws IOException {
    coordinator =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    coordinator.createContext(
        "/internal/v1/heartbeats",
        exchange -> {
          secrets.add(exchange.getRequestHeaders().getFirst("Kintsugi-Internal"));
          NodeHeartbeat beat = NodeHeartbeat.parseFrom(exchange.getRequestBody());
          byte[] reply = HeartbeatReply.newBuilder().setLeading(leads).build().toByteArray();
          exchange.sendResponseHeaders(200, reply.length);
          exchange.getResponseBody().write(reply);
          exchange.close();
          received.add(beat);
        });
    coordinator.start();
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterEach
  void stop() throws IOException {
    coordinator.stop(0);
    silent.close();
    http.shutdownNow();
  }

  private Heartbeats heartbeats() {
    SlotView slot =
        new SlotView(
            new SlotId(Area.SESSION, 3),
            SlotView.Role.SERVING,
            17,
            new Epoch(2, 1),
            5,
            600,
            9,
            0,
            true,
            12_500);
    return new Heartbeats(
        new Heartbeats.Self("node-1", URI.create("http://127.0.0.1:1"), "zone-a"),
        new StatusSource() {
          @Override
          public NodeStatus status() {
            return new NodeStatus(
                incarnation,
                mapVersion,
                true,
                logSilence,
                Optional.of(Duration.ofMillis(10)),
                0,
                0,
                0,
                0,
                false,
                750,
                1_000,
                List.of(),
                List.of(slot));
          }

          @Override
          public Duration statusAge() {
            return statusAge;
          }
        },
        http,
        SECRET,
        List.of(
            URI.create("http://127.0.0.1:" + silent.getLocalPort()),
            URI.create("http://127.0.0.1:" + coordinator.getAddress().getPort() + "/")),
        () -> words);
  }

  private void skipTo(Heartbeats heartbeats, long sequence) throws InterruptedException {
    NodeHeartbeat beat = next(heartbeats);
    while (beat.getSequence() < sequence) {
      beat = next(heartbeats);
    }
  }

  private NodeHeartbeat next(Heartbeats heartbeats) throws InterruptedException {
    NodeHeartbeat beat = null;
    // The line is free again only after the answer has been read; until then beats are left out.
    while (beat == null) {
      heartbeats.beat();
      beat = received.poll(20, TimeUnit.MILLISECONDS);
    }
    return beat;
  }

  @Test
  void a_coordinator_hears_all_about_the_node_although_another_is_silent() throws Exception {
    Heartbeats heartbeats = heartbeats();
    NodeHeartbeat first = next(heartbeats);
    assertThat(secrets.take()).isEqualTo(SECRET);
    assertThat(first.getNode()).isEqualTo("node-1");
    assertThat(first.getZone()).isEqualTo("zone-a");
    assertThat(first.getIncarnation()).isEqualTo(9);
    assertThat(first.getLeaving()).isFalse();
    SlotReport slot = first.getSlots(0);
    assertThat(slot.getRole()).isEqualTo(SlotReport.Role.SERVING);
    assertThat(slot.getNextOffset()).isEqualTo(17);
    assertThat(slot.getEpoch().getGrant()).isEqualTo(2);
    assertThat(slot.getBytes()).isEqualTo(600);
    assertThat(slot.getCaughtUp()).isTrue();
    assertThat(slot.getMilliRequestsPerSecond()).isEqualTo(12_500);
    assertThat(first.getMemoryBytes()).isEqualTo(750);
    assertThat(first.getMemoryLimitBytes()).isEqualTo(1_000);
    assertThat(next(heartbeats).getSequence()).isGreaterThan(first.getSequence());
  }

  @Test
  void the_version_of_the_map_that_it_knows_goes_along_once_it_knows_one() throws Exception {
    Heartbeats heartbeats = heartbeats();
    assertThat(next(heartbeats).hasMapVersion()).isFalse();
    mapVersion = new MapVersion(new Epoch(4, 2), 77);
    NodeHeartbeat beat = next(heartbeats);
    while (!beat.hasMapVersion()) {
      beat = next(heartbeats);
    }
    assertThat(beat.getMapVersion().getEpoch().getGrant()).isEqualTo(4);
    assertThat(beat.getMapVersion().getEpoch().getAttempt()).isEqualTo(2);
    assertThat(beat.getMapVersion().getOffset()).isEqualTo(77);
  }

  @Test
  void what_it_says_of_others_goes_along() throws Exception {
    words =
        List.of(
            new Word(new NodeId("node-2"), new Incarnation(7), Word.Said.HEARD, 40),
            new Word(new NodeId("node-3"), new Incarnation(8), Word.Said.REFUSED, 900));
    NodeHeartbeat beat = next(heartbeats());
    assertThat(beat.getPeersList())
        .containsExactly(
            PeerWord.newBuilder()
                .setNode("node-2")
                .setIncarnation(7)
                .setKind(PeerWord.Kind.HEARD)
                .setSilentMillis(40)
                .build(),
            PeerWord.newBuilder()
                .setNode("node-3")
                .setIncarnation(8)
                .setKind(PeerWord.Kind.REFUSED)
                .setSilentMillis(900)
                .build());
  }

  @Test
  void after_its_end_nothing_is_said_although_there_is_news() throws Exception {
    Heartbeats heartbeats = heartbeats();
    assertThat(next(heartbeats).getSequence()).isEqualTo(1);
    heartbeats.end();
    heartbeats.hurry();
    heartbeats.hurry();
    assertThat(next(heartbeats).getSequence()).as("asked for directly").isEqualTo(2);
  }

  @Test
  void news_of_slots_is_told_at_once_and_once_but_not_before_the_start() throws Exception {
    Heartbeats heartbeats = heartbeats();
    CountDownLatch busy = new CountDownLatch(1);
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      heartbeats.hurrySoon();
      heartbeats.start(timer, Duration.ofHours(1));
      assertThat(received.take().getSequence()).isEqualTo(1);
      var _ =
          timer.submit(() -> {
            busy.await();
            return null;
          });
      for (int slot = 0; slot < 50; slot++) {
        heartbeats.hurrySoon();
      }
      busy.countDown();
      assertThat(received.take().getSequence()).isEqualTo(2);
      timer.submit(() -> {}).get();
      heartbeats.beat();
      assertThat(received.take().getSequence()).isEqualTo(3);
      timer.shutdownNow();
    }
    heartbeats.hurrySoon();
  }

  @Test
  void a_node_whose_loop_stands_still_says_nothing() throws Exception {
    Heartbeats heartbeats = heartbeats();
    statusAge = Duration.ofMillis(501);
    heartbeats.hurry();
    statusAge = Duration.ofMillis(500);
    assertThat(next(heartbeats).getSequence()).isEqualTo(1);
  }

  @Test
  void a_node_that_has_never_proven_its_lease_does_not_say_that_it_is_there() throws Exception {
    Heartbeats heartbeats = heartbeats();
    logSilence = Optional.empty();
    heartbeats.hurry();
    logSilence = Optional.of(Duration.ofMinutes(5));
    NodeHeartbeat first = next(heartbeats);
    assertThat(first.getSequence()).isEqualTo(1);
    assertThat(first.getLogSilenceMillis()).isEqualTo(300_000);
    assertThat(first.getReadSilenceMillis()).isEqualTo(10);
    assertThat(first.getProcess()).isNotZero();
    assertThat(next(heartbeats).getProcess()).isEqualTo(first.getProcess());
  }

  @Test
  void a_coordinator_that_does_not_lead_hears_of_every_fifth_heartbeat_only_while_another_leads()
      throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    BlockingQueue<Long> atOther = new LinkedBlockingQueue<>();
    other.createContext(
        "/internal/v1/heartbeats",
        exchange -> {
          atOther.add(NodeHeartbeat.parseFrom(exchange.getRequestBody()).getSequence());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    other.start();
    try {
      Heartbeats heartbeats =
          new Heartbeats(
              new Heartbeats.Self("node-1", URI.create("http://127.0.0.1:1"), ""),
              () ->
                  new NodeStatus(
                      incarnation,
                      MapVersion.NONE,
                      true,
                      Optional.of(Duration.ofMillis(40)),
                      Optional.of(Duration.ofMillis(10)),
                      0,
                      0,
                      0,
                      0,
                      false,
                      750,
                      1_000,
                      List.of(),
                      List.of()),
              http,
              SECRET,
              List.of(
                  URI.create("http://127.0.0.1:" + coordinator.getAddress().getPort()),
                  URI.create("http://127.0.0.1:" + other.getAddress().getPort())),
              List::of);
      skipTo(heartbeats, 41);
      assertThat(atOther.size()).isLessThan(20);

      leads = false;
      long sequence = next(heartbeats).getSequence();
      atOther.clear();
      skipTo(heartbeats, sequence + 20);
      assertThat(atOther.poll(5, TimeUnit.SECONDS)).isNotNull();
      assertThat(atOther.size()).as("with nobody leading, everybody hears all").isGreaterThan(8);
    } finally {
      other.stop(0);
    }
  }

  @Test
  void a_new_incarnation_counts_from_one_and_a_leaving_node_says_so() throws Exception {
    Heartbeats heartbeats = heartbeats();
    NodeHeartbeat old = next(heartbeats);
    while (old.getSequence() < 50) {
      old = next(heartbeats);
    }
    incarnation = new Incarnation(10);
    heartbeats.leave();
    NodeHeartbeat beat = next(heartbeats);
    while (beat.getIncarnation() == 9) {
      beat = next(heartbeats);
    }
    assertThat(beat.getIncarnation()).isEqualTo(10);
    assertThat(beat.getSequence()).isLessThan(50);
    assertThat(beat.getLeaving()).isTrue();
  }
}
