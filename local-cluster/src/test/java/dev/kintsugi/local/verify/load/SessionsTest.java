package dev.kintsugi.local.verify.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.verify.check.Content;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.check.ReadBack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a gateway that answers about each session as the test wants. */
class SessionsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration MOMENT = Duration.ofMillis(300);
  private static final String ALL =
      """
      {"sessionId":"s","areas":{
        "mailbox-list":{"version":3,"slot":"mailbox-list/1","attributes":{"last":9,"w1":9}},
        "message-content":{"version":1,"slot":"message-content/2","attributes":{}},
        "settings":{"version":0,"slot":"settings/3","attributes":{}}}}
      """;

  private record Said(int status, String body) {}

  private final Map<String, Deque<Said>> answers = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> created = new ConcurrentLinkedQueue<>();
  private HttpServer gateway;

  @BeforeEach
  void listen() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
    gateway.createContext("/v1/sessions", this::answer);
    gateway.start();
  }

  @AfterEach
  void close() {
    gateway.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    Said said = exchange.getRequestMethod().equals("POST") ? create(exchange) : read(exchange);
    byte[] bytes = said.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(said.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Said create(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    created.add(body);
    String user = body.replaceAll("(?s).*\"userId\":\"([^\"]+)\".*", "$1");
    return new Said(201, "{\"sessionId\":\"of-" + user + "\"}");
  }

  /** The last one again and again. */
  private Said read(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    String session = path.replaceAll("/v1/sessions/([^/]+)/areas", "$1");
    Deque<Said> of = answers.getOrDefault(session, new ArrayDeque<>());
    return of.isEmpty() ? new Said(200, ALL) : of.size() == 1 ? of.getFirst() : of.removeFirst();
  }

  private void says(String session, Said... said) {
    answers.put(session, new ArrayDeque<>(List.of(said)));
  }

  private Sessions sessions(int count) throws InterruptedException {
    URI url = URI.create("http://127.0.0.1:" + gateway.getAddress().getPort());
    Sessions sessions = new Sessions(url, () -> "token", "u", 1);
    sessions.create(count);
    return sessions;
  }

  @Test
  void each_area_is_read_with_its_version_and_its_slot() throws Exception {
    Sessions sessions = sessions(2);
    ReadBack all = sessions.readAll(PATIENCE);

    assertThat(all.gone()).isEmpty();
    assertThat(all.found())
        .hasSize(6)
        .containsEntry(0, new Found(3, new Content(9, new int[] {0, 9, 0, 0, 0, 0, 0, 0})))
        .containsEntry(4, new Found(1, Content.EMPTY));
    assertThat(sessions.shardsIn(slot -> slot == Areas.slot("settings/3"))).containsExactly(2, 5);
  }

  @Test
  void no_session_ends_by_itself_while_it_is_asked_about() throws Exception {
    sessions(1);
    assertThat(created)
        .singleElement()
        .asString()
        .contains("\"idleTimeout\":\"PT6H\"", "\"absoluteTimeout\":\"P60D\"");
  }

  @Test
  void a_session_that_is_not_there_is_gone_with_all_its_areas() throws Exception {
    says("of-u1", new Said(404, "{\"outcome\":\"refused\"}"));
    ReadBack all = sessions(3).readAll(PATIENCE);

    assertThat(all.found()).containsOnlyKeys(0, 1, 2, 6, 7, 8);
    assertThat(all.gone()).containsOnlyKeys(3, 4, 5).containsValue("404: no session of-u1");
  }

  @Test
  void an_area_that_a_living_session_lacks_is_gone() throws Exception {
    says("of-u0", new Said(200, ALL.replace("message-content\":", "other\":")));
    ReadBack all = sessions(1).readAll(PATIENCE);

    assertThat(all.found()).containsOnlyKeys(0, 2);
    assertThat(all.gone()).containsOnly(Map.entry(1, "no message-content in session of-u0"));
  }

  @Test
  void what_is_not_proven_is_asked_again() throws Exception {
    says(
        "of-u0",
        new Said(503, "{}"),
        new Said(200, ALL.replace("\"version\":3", "\"version\":2,\"stale\":true")),
        new Said(200, "{}"),
        new Said(200, ALL));
    ReadBack all = sessions(1).readAll(PATIENCE);

    assertThat(all.gone()).isEmpty();
    assertThat(all.found().get(0).version()).isEqualTo(3);
  }

  @Test
  void what_cannot_be_read_breaks_off_and_says_how_many_and_what_was_answered() throws Exception {
    says("of-u1", new Said(503, "{\"detail\":\"no owner\"}"));
    says("of-u2", new Said(503, "{\"detail\":\"no owner\"}"));
    says("of-u3", new Said(401, "{}"));
    Sessions sessions = sessions(5);

    assertThatThrownBy(() -> sessions.readAll(MOMENT))
        .isInstanceOf(SuiteException.class)
        .hasMessageContaining("of 5 sessions some cannot be read back within 0 s")
        .hasMessageContaining("3 (status 401: 1, status 503: 2), such as session of-u");
  }
}
