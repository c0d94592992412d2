package dev.kintsugi.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.local.Ports;
import dev.kintsugi.local.process.FreePorts;
import dev.kintsugi.local.process.ProcessTable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Drives the whole suite as separate processes: up, a session's life, a kill, a start, a
 * verification, down.
 */
final class SuiteIT {

  private static final int NODES = 3;
  private static final Pattern PID = Pattern.compile("(?m)^\\S+ +running +(\\d+)");

  @TempDir private Path home;

  private final Ports ports = new Ports(FreePorts.base(base -> new Ports(base).all(NODES)));
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() {
    http.close();
    kintsugi("down");
  }

  @Test
  @Timeout(value = 15, unit = TimeUnit.MINUTES) // of which start-up caches may take some
  void a_session_outlives_the_node_that_holds_it() throws Exception {
    Command.Result up = kintsugi("up --nodes " + NODES + " --port-base " + ports.base());
    assertThat(up.status()).as(up.out()).isZero();
    assertThat(up.lastLine()).matches("up: processes=10 ready_s=\\d+\\.\\d+");
    List<Long> pids = pids();
    assertThat(pids).hasSize(10).allMatch(SuiteIT::isAlive);

    Command.Result again = kintsugi("up --port-base " + ports.base());
    assertThat(again.status()).isEqualTo(1);
    assertThat(again.out()).contains("is already up").hasLineCount(1);

    String token = kintsugi("token --user alice").out().strip();
    String session = create(token);
    String areas = "/v1/sessions/" + session + "/areas?names=mailbox-list,settings";
    JsonNode before = content(areas, token);
    assertThat(before.at("/areas/mailbox-list/attributes/unread").asInt(-1)).isEqualTo(3);
    assertThat(before.at("/areas/settings/attributes/theme").asString("")).isEqualTo("gold");

    String owner = ownerOf(session, token);
    assertThat(kintsugi("kill " + owner).status()).isZero();
    assertThat(attributes(content(areas, token))).isEqualTo(attributes(before));
    assertThat(put(session, "settings", "{\"theme\":\"mended\"}", token)).isEqualTo(200);
    assertThat(kintsugi("status").status()).isEqualTo(3);

    Command.Result started = kintsugi("start " + owner);
    assertThat(started.status()).as(started.out()).isZero();
    assertThat(kintsugi("status").status()).isZero();
    token = kintsugi("token --user alice").out().strip();
    assertThat(content(areas, token).at("/areas/settings/attributes/theme").asString(""))
        .isEqualTo("mended");

    nothingIsAccused();

    pids.addAll(pids());
    assertThat(kintsugi("down").status()).isZero();
    assertThat(pids).noneMatch(SuiteIT::isAlive);
    assertThat(FreePorts.firstTaken(ports.all(NODES))).isEmpty();
    assertThat(leftIn(home)).containsOnly("logs", "lock", "verify.lock", "reports");
  }

  /** The verification kills a node under a little load and starts it again. */
  private void nothingIsAccused() {
    Command.Result verify =
        kintsugi("verify --fault kill --runs 1 --rate 20 --sessions 60 --warm-up 0");
    VerifyLine line = VerifyLine.of(verify);
    assertThat(line.fault()).isEqualTo("kill");
    assertThat(line.runs()).isEqualTo(1);
    assertThat(line.acked()).as(verify.out()).isPositive();
    // For how long nobody answered is this machine's affair, and so is the status.
    assertThat(List.of(line.failed(), line.lost(), line.stale(), line.zombie()))
        .as(verify.out())
        .containsOnly(0L);
    assertThat(verify.out()).contains(" others=0 ");
  }

  private String create(String token) throws IOException, InterruptedException {
    String body =
        """
        {"userId":"alice","areas":{"mailbox-list":{"unread":3},"settings":{"theme":"gold"}}}
        """;
    // Once: a suite that says it is up creates sessions at the first try.
    HttpResponse<String> answer =
        send(request("/v1/sessions", token).POST(HttpRequest.BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return JsonMapper.shared().readTree(answer.body()).path("sessionId").asString("");
  }

  private int put(String session, String area, String body, String token)
      throws IOException, InterruptedException {
    return send(request("/v1/sessions/" + session + "/areas/" + area, token)
            .PUT(HttpRequest.BodyPublishers.ofString(body)))
        .statusCode();
  }

  private JsonNode content(String path, String token) throws IOException, InterruptedException {
    HttpResponse<String> answer = send(request(path, token).GET());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }

  private static List<String> attributes(JsonNode session) {
    return Stream.of("mailbox-list", "settings")
        .map(area -> session.path("areas").path(area).path("attributes").toString())
        .toList();
  }

  /** Asks for the shard's slot, then the coordinator for its owner. */
  private String ownerOf(String session, String token) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        send(request("/v1/sessions/" + session + "/areas/mailbox-list", token).GET());
    String[] slot = answer.headers().firstValue("Shard-Slot").orElseThrow().split("/", -1);
    String admin = kintsugi("token --admin").out().strip();
    URI coordinator =
        URI.create("http://127.0.0.1:" + ports.coordinator(1) + "/admin/v1/shard-map");
    HttpResponse<String> map =
        send(HttpRequest.newBuilder(coordinator).header("Authorization", "Bearer " + admin).GET());
    return JsonMapper.shared()
        .readTree(map.body())
        .at("/areas/" + slot[0] + '/' + slot[1] + "/owner")
        .asString("");
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.gateway() + path))
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json");
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(
        request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private List<Long> pids() {
    return new ArrayList<>(
        PID.matcher(kintsugi("status").out())
            .results()
            .map((MatchResult match) -> Long.parseLong(match.group(1)))
            .toList());
  }

  private static boolean isAlive(long pid) {
    // A process that has ended but was not reaped yet is none any more.
    return ProcessTable.identityOf(pid).isPresent();
  }

  private static List<String> leftIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private Command.Result kintsugi(String words) {
    return Command.of(home).run(words);
  }
}
