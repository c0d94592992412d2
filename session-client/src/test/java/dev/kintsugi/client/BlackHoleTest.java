package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SlotId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that stand and lead nowhere: nobody reads, nobody answers, nobody resets. */
@Timeout(60)
class BlackHoleTest {

  private static final SlotId SLOT = new SlotId(Area.SESSION, 0);
  private static final Duration ATTEMPT = Duration.ofMillis(300);

  private final SettableMaps maps = new SettableMaps();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofMillis(300))
          .build();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final ServerSocket server = listening();

  private static ServerSocket listening() {
    try {
      return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : accepted) {
      socket.close();
    }
    server.close();
    threads.shutdownNow();
    http.shutdownNow();
    timer.shutdownNow();
  }

  private ShardCalls calls() {
    return new ShardCalls(
        maps,
        new JdkTransport(http),
        timer,
        new ShardCallSettings(ATTEMPT, Duration.ofSeconds(2), Duration.ofSeconds(20), 1000),
        ShardCallListener.NONE);
  }

  /** The first connections vanish once they have answered so many requests; later ones answer. */
  private void serve(int blackHoles, int answersBefore) {
    var unused =
        threads.submit(() -> {
          while (true) {
            Socket socket = server.accept();
            accepted.add(socket);
            int answers = accepted.size() <= blackHoles ? answersBefore : Integer.MAX_VALUE;
            var unusedToo = threads.submit(() -> answer(socket, answers));
          }
        });
  }

  private static Void answer(Socket socket, int times) throws IOException {
    var lines =
        new java.io.BufferedReader(
            new java.io.InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    for (int i = 0; i < times; i++) {
      for (String line = lines.readLine();
          line == null || !line.isEmpty();
          line = lines.readLine()) {
        if (line == null) {
          return null;
        }
      }
      socket
          .getOutputStream()
          .write(
              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII));
    }
    return null;
  }

  private ShardResponse call(String method) throws Exception {
    maps.ownedBy(URI.create("http://127.0.0.1:" + server.getLocalPort()));
    return calls().call(ShardRequest.to(SLOT, method, "/v1/x").build()).get();
  }

  @Test
  void a_request_on_a_connection_that_nobody_reads_is_replayed_on_another_after_the_limit()
      throws Exception {
    serve(1, 0);
    long start = System.nanoTime();
    ShardResponse response = call("PUT");
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.attempts()).isEqualTo(2);
    assertThat(accepted).hasSize(2);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(ATTEMPT);
  }

  @Test
  void a_kept_connection_that_has_died_is_not_used_twice() throws Exception {
    serve(1, 1);
    assertThat(call("GET").attempts()).isEqualTo(1);
    ShardResponse second = call("GET");
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.attempts()).isEqualTo(2);
    assertThat(accepted).hasSize(2);
    assertThat(call("GET").attempts()).isEqualTo(1);
  }

  @Test
  void a_newer_map_frees_a_request_from_a_dead_connection_before_the_limit() throws Exception {
    serve(1, 0);
    ShardCalls patient =
        new ShardCalls(
            maps,
            new JdkTransport(http),
            timer,
            new ShardCallSettings(
                Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofSeconds(50), 1000),
            ShardCallListener.NONE);
    maps.ownedBy(URI.create("http://127.0.0.1:" + server.getLocalPort()));
    var call = patient.call(ShardRequest.to(SLOT, "PUT", "/v1/x").build());
    while (accepted.isEmpty()) {
      Thread.onSpinWait();
    }
    maps.ownedBy(URI.create("http://127.0.0.1:" + server.getLocalPort()));
    assertThat(call.get().status()).isEqualTo(200);
    assertThat(accepted).hasSize(2);
  }
}
