package dev.kintsugi.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OpenLoadTest {

  private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Answers each ping by what the number of the ping says. */
  private interface Answer {
    void to(int ping, Socket client) throws IOException;
  }

  private static ServerSocket server(Answer answer) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    AtomicInteger pings = new AtomicInteger();
    Thread.ofVirtual()
        .start(() -> {
          while (!server.isClosed()) {
            try {
              Socket client = server.accept();
              Thread.ofVirtual().start(() -> serve(client, pings, answer));
            } catch (IOException closed) {
              return;
            }
          }
        });
    return server;
  }

  private static void serve(Socket client, AtomicInteger pings, Answer answer) {
    try (client) {
      while (client.getInputStream().readNBytes(PING.length).length == PING.length) {
        answer.to(pings.getAndIncrement(), client);
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private static void pong(Socket client, String answer) throws IOException {
    client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
  }

  private static void stand(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void as_many_are_sent_as_the_rate_says_and_each_is_answered_once() throws Exception {
    try (ServerSocket server = server((_, client) -> pong(client, "+PONG\r\n"));
        OpenLoad load = new OpenLoad(server.getLocalPort(), 4, OpenLoad.PONG)) {
      for (int turn = 0; turn < 2; turn++) {
        OpenLoad.Run run = load.run(() -> PING, 200, Duration.ofMillis(500));
        assertThat(run.requests()).isEqualTo(100);
        assertThat(run.late().getTotalCount()).isEqualTo(100);
        assertThat(run.failed()).isZero();
      }
    }
  }

  /**
   * One connection, and the first answer takes 400 ms: the others that were due meanwhile waited.
   */
  @Test
  void who_was_due_while_the_server_stood_still_counts_with_the_wait() throws Exception {
    Answer slow =
        (ping, client) -> {
          stand(ping == 0 ? 400 : 0);
          pong(client, "+PONG\r\n");
        };
    try (ServerSocket server = server(slow);
        OpenLoad load = new OpenLoad(server.getLocalPort(), 1, OpenLoad.PONG)) {
      OpenLoad.Run run = load.run(() -> PING, 100, Duration.ofSeconds(1));
      assertThat(run.latencies().getCountBetweenValues(200_000_000, Long.MAX_VALUE))
          .as("those due within the first 200 ms")
          .isGreaterThanOrEqualTo(19);
      assertThat(run.lateMillis(100)).isGreaterThan(300);
    }
  }

  @Test
  void what_is_not_the_proper_answer_counts_as_failed() throws Exception {
    Answer everyTenth = (ping, client) -> pong(client, ping % 10 == 0 ? "-LATER\r" : "+PONG\r\n");
    try (ServerSocket server = server(everyTenth);
        OpenLoad load = new OpenLoad(server.getLocalPort(), 2, OpenLoad.PONG)) {
      assertThat(load.run(() -> PING, 500, Duration.ofMillis(200)).failed()).isEqualTo(10);
    }
  }
}
