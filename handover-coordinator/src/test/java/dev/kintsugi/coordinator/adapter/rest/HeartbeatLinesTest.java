package dev.kintsugi.coordinator.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.coordinator.runtime.CoordinatorLoop;
import dev.kintsugi.proto.NodeHeartbeat;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With a coordinator of its own, whom nobody else's connections make knock. */
class HeartbeatLinesTest {

  private static final String NODE = "http://127.0.0.1:9";

  private static CoordinatorHost host;

  @BeforeAll
  static void start() {
    CoordinatorHost.KNOCKS.clear();
    host = new CoordinatorHost();
    CoordinatorLoop loop = host.bean(CoordinatorLoop.class);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!loop.health().leading()) {
      assertThat(System.nanoTime() - deadline).as("waiting for the lead").isNegative();
      Thread.onSpinWait();
    }
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  @Test
  void when_the_connection_of_a_node_closes_it_is_knocked_at_once() throws Exception {
    byte[] body =
        NodeHeartbeat.newBuilder()
            .setNode("node-1")
            .setIncarnation(5)
            .setUrl(NODE)
            .setSequence(1)
            .build()
            .toByteArray();
    URI to = host.to("/internal/v1/heartbeats").build().uri();
    try (Socket socket = new Socket(to.getHost(), to.getPort())) {
      String head =
          "POST %s HTTP/1.1\r\nHost: c\r\nContent-Type: application/x-protobuf\r\n%s: %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(to.getPath(), "Kintsugi-Internal", CoordinatorHost.SECRET, body.length);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      assertThat(answer.readLine()).contains(" 200 ");
      assertThat(CoordinatorHost.KNOCKS).as("while it is open").isEmpty();
    }
    assertThat(CoordinatorHost.KNOCKS.poll(20, TimeUnit.SECONDS)).isEqualTo(URI.create(NODE));
  }
}
