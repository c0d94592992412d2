package dev.kintsugi.gateway.adapter.coordinators;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.client.NodeTrouble;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.proto.PeerWord;
import dev.kintsugi.proto.Words;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NodeWitnessTest {

  private static final NodeId NODE = new NodeId("node-1");
  private static final Incarnation LIFE = new Incarnation(5);

  private final BlockingQueue<Words> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> secrets = new LinkedBlockingQueue<>();
  private HttpServer coordinator;
  private ServerSocket silent;
  private HttpClient http;
  private NodeWitness witness;

  @BeforeEach
  void start() throws IOException {
    coordinator =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
    coordinator.createContext(
        "/internal/v1/words",
        exchange -> {
          secrets.add(exchange.getRequestHeaders().getFirst("Kintsugi-Internal"));
          heard.add(Words.parseFrom(exchange.getRequestBody()));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    coordinator.start();
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    witness =
        new NodeWitness(
            "gateway-x",
            http,
            "0123456789abcdef",
            List.of(
                URI.create("http://127.0.0.1:" + silent.getLocalPort()),
                URI.create("http://127.0.0.1:" + coordinator.getAddress().getPort() + "/")));
  }

  @AfterEach
  void stop() throws IOException {
    coordinator.stop(0);
    silent.close();
    http.shutdownNow();
  }

  private void fails(NodeTrouble.Kind kind, long atNanos) {
    witness.failed(new NodeTrouble(NODE, LIFE, kind, atNanos, atNanos));
  }

  private PeerWord.Kind next() throws InterruptedException {
    Words words = heard.poll(10, TimeUnit.SECONDS);
    assertThat(words).isNotNull();
    assertThat(words.getFrom()).isEqualTo("gateway-x");
    assertThat(words.getWords(0).getNode()).isEqualTo("node-1");
    assertThat(words.getWords(0).getIncarnation()).isEqualTo(5);
    return words.getWords(0).getKind();
  }

  @Test
  void every_coordinator_is_told_once_although_another_is_silent() throws Exception {
    fails(NodeTrouble.Kind.LOST, 0);
    fails(NodeTrouble.Kind.LOST, 1);
    assertThat(next()).isEqualTo(PeerWord.Kind.BROKEN);
    assertThat(secrets.take()).isEqualTo("0123456789abcdef");
    fails(NodeTrouble.Kind.REFUSED, 2);
    assertThat(next()).isEqualTo(PeerWord.Kind.REFUSED);
    fails(NodeTrouble.Kind.UNREACHED, 3);
    assertThat(next()).isEqualTo(PeerWord.Kind.SILENT);
    fails(NodeTrouble.Kind.SILENT, 4);
    witness.answered(NODE, LIFE);
    fails(NodeTrouble.Kind.LOST, 5);
    assertThat(next()).isEqualTo(PeerWord.Kind.BROKEN);
  }

  /** The silent one holds each word up for half a second; all are told in a few milliseconds. */
  @Test
  void a_coordinator_that_is_silent_keeps_no_word_from_another() throws Exception {
    for (int number = 1; number <= 40; number++) {
      NodeId node = new NodeId("node-" + number);
      witness.failed(new NodeTrouble(node, LIFE, NodeTrouble.Kind.REFUSED, number, number));
      Words words = heard.poll(10, TimeUnit.SECONDS);
      assertThat(words).as("what is said of %s", node).isNotNull();
      assertThat(words.getWords(0).getNode()).isEqualTo(node.value());
    }
  }

  @Test
  void every_coordinator_is_told_by_which_map_the_gateway_goes_once_it_has_one() throws Exception {
    witness.goesBy(MapVersion.NONE);
    witness.goesBy(new MapVersion(new Epoch(4, 2), 77));
    Words words = heard.poll(10, TimeUnit.SECONDS);
    assertThat(words).isNotNull();
    assertThat(words.getFrom()).isEqualTo("gateway-x");
    assertThat(words.getWordsCount()).isZero();
    assertThat(words.getMapVersion().getEpoch().getGrant()).isEqualTo(4);
    assertThat(words.getMapVersion().getEpoch().getAttempt()).isEqualTo(2);
    assertThat(words.getMapVersion().getOffset()).isEqualTo(77);
  }

  @Test
  void without_coordinators_nobody_is_told() {
    new NodeWitness("gateway-y", http, "0123456789abcdef", List.of())
        .failed(new NodeTrouble(NODE, LIFE, NodeTrouble.Kind.LOST, 0, 0));
    assertThat(heard).isEmpty();
  }
}
