package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What calls tell of nodes that do not answer, on real connections. */
@Timeout(60)
class NodeEvidenceTest {

  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);

  private final SettableMaps maps = new SettableMaps();
  private final BlockingQueue<NodeTrouble> troubles = new LinkedBlockingQueue<>();
  private final BlockingQueue<Incarnation> answers = new LinkedBlockingQueue<>();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofMillis(100))
          .build();
  private final ShardCalls calls =
      new ShardCalls(
          maps,
          new JdkTransport(http),
          timer,
          new ShardCallSettings(
              Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(30), 1000),
          new ShardCallListener() {
            @Override
            public void nodeFailed(NodeTrouble trouble) {
              troubles.add(trouble);
            }

            @Override
            public void nodeAnswered(NodeId node, Incarnation incarnation, long atNanos) {
              answers.add(incarnation);
            }
          });
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    calls.close();
    for (AutoCloseable each : open) {
      each.close();
    }
    http.shutdownNow();
    timer.shutdownNow();
  }

  private static ShardRequest.Builder get() {
    return ShardRequest.to(SLOT, "GET", "/v1/x");
  }

  private NodeTrouble.Kind firstTroubleAt(URI url) throws Exception {
    maps.ownedBy(url);
    long before = System.nanoTime();
    CompletableFuture<ShardResponse> unused =
        calls.call(get().attemptTimeout(Duration.ofMillis(500)).build());
    NodeTrouble trouble = troubles.poll(20, TimeUnit.SECONDS);
    assertThat(unused).as("nobody answers").isNotDone();
    assertThat(trouble).isNotNull();
    assertThat(trouble.node()).isEqualTo(new NodeId("owner"));
    assertThat(trouble.incarnation()).isEqualTo(new Incarnation(1));
    assertThat(trouble.atNanos() - before).isNotNegative();
    return trouble.kind();
  }

  @Test
  void a_port_at_which_nobody_listens_refuses() throws Exception {
    ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    socket.close();
    assertThat(firstTroubleAt(url(socket))).isEqualTo(NodeTrouble.Kind.REFUSED);
  }

  @Test
  void a_node_whose_machine_drops_what_arrives_is_unreached() throws Exception {
    DeafMachine deaf = new DeafMachine();
    open.add(deaf);
    assertThat(firstTroubleAt(deaf.url())).isEqualTo(NodeTrouble.Kind.UNREACHED);
  }

  @Test
  void a_node_that_hangs_up_loses_the_answer() throws Exception {
    ScriptedNode owner = node(new ScriptedNode(exchange -> exchange.close()));
    assertThat(firstTroubleAt(owner.url())).isEqualTo(NodeTrouble.Kind.LOST);
  }

  @Test
  void a_node_that_keeps_the_connection_and_says_nothing_is_silent() throws Exception {
    assertThat(firstTroubleAt(node(ScriptedNode.silent()).url()))
        .isEqualTo(NodeTrouble.Kind.SILENT);
  }

  @Test
  void every_answer_shows_that_the_node_lives() throws Exception {
    maps.ownedBy(node(ScriptedNode.answering(404, "")).url());
    assertThat(calls.call(get().build()).get().status()).isEqualTo(404);
    assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo(new Incarnation(1));
    assertThat(answers).isEmpty();
    assertThat(troubles).isEmpty();
  }

  @Test
  void an_attempt_left_because_the_slot_moved_or_nobody_waits_says_nothing() throws Exception {
    ScriptedNode silent = node(ScriptedNode.silent());
    maps.ownedBy(silent.url());
    CompletableFuture<ShardResponse> moved = calls.call(get().build());
    silent.awaitRequest();
    maps.ownedBy(node(ScriptedNode.answering(200, "")).url());
    assertThat(moved.get().attempts()).isEqualTo(2);
    maps.ownedBy(silent.url());
    CompletableFuture<ShardResponse> dropped = calls.call(get().build());
    silent.awaitRequest();
    dropped.cancel(true);
    assertThat(troubles).isEmpty();
  }

  @Test
  void an_address_that_cannot_be_called_is_the_maps_fault() throws Exception {
    maps.ownedBy(URI.create("gopher://nowhere"));
    ShardResponse response = calls.call(get().parkLimit(Duration.ofMillis(50)).build()).get();
    assertThat(response.status()).isEqualTo(503);
    assertThat(troubles).isEmpty();
  }

  private ScriptedNode node(ScriptedNode node) {
    open.add(node);
    return node;
  }

  private static URI url(ServerSocket socket) {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }
}
