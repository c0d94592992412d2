package dev.kintsugi.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.MapNode;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.local.process.Waiting;
import dev.kintsugi.log.LogSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** A node, a whole program in a process of its own, in a heap that it could fill in a minute. */
@Timeout(300)
class SmallHeapIT {

  private static final String HEAP = "-Xmx96m";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int AT_ONCE = 16;
  private static final int LETTERS = 60_000;
  private static final String TAKES_NEW_SESSIONS = "/components/shards/details/takesNewSessions";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final List<Process> started = new ArrayList<>();
  private EmbeddedKafka kafka;
  private TestIssuer issuer;
  private TestMap map;
  private Map<String, String> settings;
  private MapNode node;
  private Path log;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    kafka = EmbeddedKafka.start();
    issuer = new TestIssuer();
    int port = FreePorts.inARow(1).getFirst();
    node = TestMap.node("node-1", port);
    log = directory.resolve("node.log");
    settings = settings(port);
    LogSettings logs = new LogSettings(kafka.bootstrapServers(), "kintsugi.", (short) 1);
    ClusterProperties cluster =
        new Binder(new MapConfigurationPropertySource(settings))
            .bind("kintsugi.cluster", ClusterProperties.class)
            .get();
    map = new TestMap(logs, cluster.areas());
    map.spread(List.of(node), List.of(node.id()));
  }

  private Map<String, String> settings(int port) {
    Map<String, String> all = new TreeMap<>();
    all.put("kintsugi.cluster.kafka.bootstrap-servers", kafka.bootstrapServers());
    all.put("kintsugi.cluster.kafka.replication-factor", "1");
    all.put("kintsugi.cluster.areas.settings.slots", "4");
    all.put("kintsugi.cluster.areas.session.slots", "4");
    all.put("kintsugi.cluster.slot-hash-key", "000102030405060708090a0b0c0d0e0f");
    all.put("kintsugi.cluster.session-id-key", "000102030405060708090a0b0c0d0e0f");
    all.put("kintsugi.cluster.internal-secret", "0123456789abcdef-internal");
    all.put("kintsugi.cluster.issuer", issuer.url());
    all.put("kintsugi.node.id", "node-1");
    all.put("kintsugi.node.url", "http://127.0.0.1:" + port);
    all.put("kintsugi.node.coordinators", "http://127.0.0.1:1");
    all.put("server.port", Integer.toString(port));
    return all;
  }

  private Process launch() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(HEAP, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    settings.forEach((key, value) -> command.add("-D" + key + '=' + value));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(SessionShardService.class.getName());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    started.add(process);
    return process;
  }

  @AfterEach
  void stop() {
    started.forEach(process -> process.destroyForcibly().onExit().join());
    map.close();
    issuer.close();
    kafka.close();
  }

  @Test
  void a_node_that_runs_out_of_memory_refuses_new_sessions_and_says_so_and_goes_on_and_never_dies()
      throws Exception {
    Process process = launch();
    await(() -> isRead("/v1/users/alice/sessions"));
    List<String> made = makeUntilRefused();
    assertThat(made.size()).isBetween(50, 5_000);
    assertGoesOn(process, made);

    for (int i = 0; i < 300; i++) {
      HttpResponse<String> refused = make("again-" + i).join();
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    }
    growUntilRefused(made);
    assertGoesOn(process, made);

    process.destroyForcibly().onExit().join();
    Process next = launch();
    await(() -> some(made).stream().allMatch(path -> isRead(path + "/areas/settings")));
    assertGoesOn(next, made);
  }

  /** Many at once, so that as much as may be is under way when the memory ends. */
  private List<String> makeUntilRefused() {
    List<String> made = new ArrayList<>();
    boolean full = false;
    for (int round = 0; round < 500 && !full; round++) {
      List<CompletableFuture<HttpResponse<String>>> under = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        under.add(make("user-" + round + "-" + i));
      }
      for (CompletableFuture<HttpResponse<String>> one : under) {
        HttpResponse<String> answer = one.join();
        if (answer.statusCode() == 201) {
          made.add(answer.headers().firstValue("Location").orElseThrow());
        } else {
          assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
          assertThat(answer.headers().firstValue("Retry-After")).isPresent();
          assertThat(answer.headers().firstValue("Content-Type"))
              .contains("application/problem+json");
          full |= answer.body().contains("no memory left for new sessions");
        }
      }
    }
    assertThat(full).as("refused for want of memory").isTrue();
    return made;
  }

  /** A node that is nearly full lets what is there grow until it is full. */
  private void growUntilRefused(List<String> made) {
    String content = "{\"a\":\"" + "x".repeat(3 * LETTERS) + "\"}";
    for (String path : made) {
      HttpResponse<String> answer = send("PUT", path + "/areas/settings", content).join();
      if (answer.statusCode() == 503) {
        assertThat(answer.body()).contains("no memory left");
        return;
      }
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
    throw new AssertionError("each session of " + made.size() + " may become larger");
  }

  private void assertGoesOn(Process process, List<String> made) throws Exception {
    for (String path : some(made)) {
      HttpResponse<String> read = send("GET", path + "/areas/settings", "").join();
      assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
    }
    String small = "{\"b\":" + made.size() + "}";
    assertThat(send("PUT", made.getLast() + "/areas/settings", small).join().statusCode())
        .isEqualTo(200);
    await(() -> !takesNewSessions());
    assertThat(process.isAlive()).isTrue();
    assertThat(Files.readString(log, StandardCharsets.UTF_8)).doesNotContain("OutOfMemoryError");
  }

  private boolean takesNewSessions() {
    String health = send("GET", "/actuator/health", "").join().body();
    return Json.MAPPER.readTree(health).at(TAKES_NEW_SESSIONS).asBoolean();
  }

  private static List<String> some(List<String> all) {
    int step = Math.max(1, all.size() / 50);
    return IntStream.range(0, all.size()).filter(i -> i % step == 0).mapToObj(all::get).toList();
  }

  private void await(BooleanSupplier condition) throws IOException {
    boolean came = Waiting.until(PATIENCE, POLL, condition);
    assertThat(came).as(Files.readString(log, StandardCharsets.UTF_8)).isTrue();
  }

  private boolean isRead(String path) {
    try {
      return send("GET", path, "").join().statusCode() == 200;
    } catch (CompletionException notYet) {
      return false;
    }
  }

  private CompletableFuture<HttpResponse<String>> make(String user) {
    String content = "{\"a\":\"" + "x".repeat(LETTERS) + "\"}";
    return send(
        "POST",
        "/v1/sessions",
        "{\"userId\":\"" + user + "\",\"areas\":{\"settings\":" + content + "}}");
  }

  private CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
    String token =
        TestIssuer.signed(
            issuer.alice().subject("mail").claim("scope", "kintsugi.any-user").build());
    return HTTP.sendAsync(
        HttpRequest.newBuilder(URI.create(node.url() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
