package dev.kintsugi.local.verify.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kintsugi.local.Place;
import dev.kintsugi.local.Ports;
import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.SuiteOptions;
import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.local.relay.Weather;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real namespaces; skipped where this user may not make them. */
class NamespacesIT {

  private record Said(Weather said, Weather told) {}

  private final Ports ports = new Ports(FreePorts.inARow(100).getFirst());
  private Namespaces network;
  private ServerSocket broker;

  @BeforeEach
  void open() throws IOException {
    // Where all of this is allowed, the rest must work: a failure of it is no reason to skip.
    assumeTrue(isAllowed(), "namespaces, bridges and iptables are not there, or not for this user");
    network = Namespaces.open(ports, 2);
    broker = new ServerSocket(ports.kafka(), 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::greet);
  }

  private boolean isAllowed() {
    String name = "kprobe" + ports.base();
    String script =
        """
        ip link add %1$s type bridge || exit 1
        ip link delete %1$s
        ip netns add %1$s || exit 1
        ip netns exec %1$s iptables -t nat -L -n && ip netns exec %1$s iptables -t mangle -L -n
        allowed=$?
        ip netns delete %1$s
        exit $allowed
        """
            .formatted(name);
    try {
      return new ProcessBuilder("sh", "-c", script)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void greet() {
    while (!broker.isClosed()) {
      try (Socket caller = broker.accept()) {
        caller.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // Closed, or a caller that has gone again.
      }
    }
  }

  @AfterEach
  void close() throws IOException {
    if (broker != null) {
      broker.close();
    }
    if (network != null) {
      network.close();
    }
  }

  private Place placeOf(String node) {
    return network.through(SuiteOptions.of(Path.of("."))).places().get(node);
  }

  /** What a process in the node's namespace is told at an address. */
  private String askedFrom(String node, String host, int port) {
    String script = "exec 3<>/dev/tcp/%s/%d && read -u 3 said && echo $said".formatted(host, port);
    List<String> command = new ArrayList<>(placeOf(node).entry());
    command.addAll(List.of("timeout", "1", "bash", "-c", script));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? said.strip() : "";
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_node_finds_the_broker_where_it_always_is() {
    assertThat(askedFrom("node-1", "127.0.0.1", ports.kafka())).isEqualTo("hello");
    assertThat(askedFrom("node-2", "127.0.0.1", ports.kafka())).isEqualTo("hello");
    assertThat(placeOf("node-1").host()).isNotEqualTo(placeOf("node-2").host());
  }

  @Test
  void a_partition_is_around_one_node_both_ways_or_one_way_and_ends() {
    Weather stopped = Weather.STOPPED;
    for (Said said :
        List.of(
            new Said(stopped, stopped),
            new Said(stopped, Weather.FAIR),
            new Said(Weather.FAIR, stopped))) {
      network.weather("node-1", said.said(), said.told());
      assertThat(askedFrom("node-1", "127.0.0.1", ports.kafka())).isEmpty();
      assertThat(askedFrom("node-2", "127.0.0.1", ports.kafka())).isEqualTo("hello");

      network.weather("node-1", Weather.FAIR, Weather.FAIR);
      assertThat(askedFrom("node-1", "127.0.0.1", ports.kafka())).isEqualTo("hello");
    }
  }

  @Test
  void what_it_cannot_do_is_refused() {
    Weather slow = Weather.slow(Duration.ofMillis(50));
    assertThatThrownBy(() -> network.weather("node-1", slow, slow))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> network.weather("node-3", Weather.FAIR, Weather.FAIR))
        .hasMessageContaining("node-3");
    assertThatThrownBy(() -> network.kafkaTells("node-1", Weather.STOPPED))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namespaces_in_which_something_runs_are_not_taken_away() throws Exception {
    List<String> command = new ArrayList<>(placeOf("node-1").entry());
    command.addAll(List.of("sleep", "60"));
    Process process = new ProcessBuilder(command).start();
    try {
      // The command becomes what it starts; until then it is in no namespace.
      while (process.info().command().filter(name -> name.endsWith("sleep")).isEmpty()) {
        assertThat(process.isAlive()).isTrue();
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> Namespaces.open(ports, 2))
          .isInstanceOf(SuiteException.class)
          .hasMessageContaining(Long.toString(process.pid()));
      assertThat(askedFrom("node-1", "127.0.0.1", ports.kafka())).isEqualTo("hello");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void what_an_earlier_one_left_is_taken_away() throws IOException {
    // The relays are in the way of the next one, as they would not be if the first had been killed.
    network.abandon();
    network = Namespaces.open(ports, 2);

    assertThat(askedFrom("node-1", "127.0.0.1", ports.kafka())).isEqualTo("hello");
  }
}
