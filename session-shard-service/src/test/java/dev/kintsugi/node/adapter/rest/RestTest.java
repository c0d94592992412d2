package dev.kintsugi.node.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.core.SlotHash;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.node.adapter.json.JsonMergePatch;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.runtime.ShardStore;
import dev.kintsugi.node.runtime.life.Activity;
import dev.kintsugi.node.runtime.life.AreaAccess;
import dev.kintsugi.node.runtime.life.Gate;
import dev.kintsugi.node.runtime.life.SessionCreation;
import dev.kintsugi.node.runtime.life.SessionEnding;
import dev.kintsugi.node.runtime.life.SessionIds;
import dev.kintsugi.node.runtime.life.SessionLimit;
import dev.kintsugi.node.runtime.life.ShardWorld;
import dev.kintsugi.node.runtime.life.Touching;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

class RestTest {

  private static final String SECRET = "0123456789abcdef-internal";
  private static final String OFFSET = "Shard-Offset";
  private static final String KEY = "000102030405060708090a0b0c0d0e0f";
  private static final ShardWorld WORLD = new ShardWorld(1);
  private static final SettableMaps MAPS = new SettableMaps();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static final RecordedActivity DIRECT = new RecordedActivity();

  /** Where there is one, the next to wait for a change is told here and never answered. */
  private static final AtomicReference<Optional<CompletableFuture<Request.Watch>>> WATCH =
      new AtomicReference<>(Optional.empty());

  /** The HTTP layer and the life of sessions, on slots in memory. */
  @SpringBootConfiguration
  @EnableAutoConfiguration
  @Import(RestConfiguration.class)
  static class App {
    private final ShardStore store = holdingWatches(WORLD.store("a"));

    private static ShardStore holdingWatches(ShardStore all) {
      return new ShardStore() {
        @Override
        public CompletableFuture<Answer> submit(Request request, Duration patience) {
          if (request instanceof Request.Watch watch) {
            var held = WATCH.getAndSet(Optional.empty());
            if (held.isPresent()) {
              held.get().complete(watch);
              return new CompletableFuture<>();
            }
          }
          return all.submit(request, patience);
        }

        @Override
        public MapVersion mapVersion() {
          return all.mapVersion();
        }
      };
    }

    @Bean
    Activities activities() {
      return DIRECT.activities(true);
    }

    @Bean
    Gate gate() {
      return Gate.OPEN;
    }

    @Bean
    ShardStore store() {
      return store;
    }

    @Bean
    ShardMaps maps() {
      return MAPS;
    }

    @Bean
    Areas areas() {
      return ShardWorld.AREAS;
    }

    @Bean
    Activity activity() {
      return new Activity(WORLD.peers(), ShardWorld.AREAS, System::nanoTime);
    }

    @Bean
    Touching touching() {
      return new Touching(store, ShardWorld.AREAS, WORLD.clock());
    }

    @Bean
    AreaAccess access(Activity activity) {
      return new AreaAccess(store, WORLD.peers(), ShardWorld.AREAS, new JsonMergePatch(), activity);
    }

    @Bean
    SessionCreation creation(SessionEnding ending) {
      return new SessionCreation(
          store,
          WORLD.peers(),
          ShardWorld.AREAS,
          new SessionIds(new byte[16], new SecureRandom()),
          ending,
          SessionLimit.NONE,
          WORLD.clock());
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService timer() {
      return Executors.newSingleThreadScheduledExecutor();
    }

    @Bean
    SessionEnding ending(ScheduledExecutorService timer) {
      return new SessionEnding(store, WORLD.peers(), ShardWorld.AREAS, timer);
    }
  }

  private static TestIssuer issuer;
  private static ConfigurableApplicationContext context;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TestIssuer();
    context =
        new SpringApplicationBuilder(App.class)
            .properties(
                "server.port=0",
                "management.endpoint.health.validate-group-membership=false",
                "kintsugi.cluster.slot-hash-key=" + KEY,
                "kintsugi.cluster.session-id-key=" + KEY,
                "kintsugi.cluster.internal-secret=" + SECRET,
                "kintsugi.cluster.issuer=" + issuer.url())
            .run();
    port = context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
  }

  @AfterAll
  static void stop() {
    context.close();
    issuer.close();
  }

  private static JWTClaimsSet.Builder claims() {
    return issuer.alice();
  }

  private static String alice() {
    return TestIssuer.signed(claims().build());
  }

  private static String bob() {
    return TestIssuer.signed(claims().subject("bob").build());
  }

  private static String application(String id) {
    return TestIssuer.signed(
        claims().subject(id).claim("client_id", id).claim("scope", "kintsugi.any-user").build());
  }

  private static HttpResponse<String> call(
      String method, String path, String token, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + token)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    boolean typed = false;
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
      typed |= headers[i].equals("Content-Type");
    }
    if (!typed) {
      request.header("Content-Type", "application/json");
    }
    return HTTP.send(request.build(), BodyHandlers.ofString());
  }

  private static String session(String token) throws Exception {
    var made = call("POST", "/v1/sessions", token, "{}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    return made.headers().firstValue("Location").orElseThrow();
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    Map<?, ?> problem = Json.MAPPER.readValue(answer.body(), Map.class);
    assertThat(problem.get("status")).isEqualTo(status);
    assertThat(problem.get("outcome")).isEqualTo("refused");
    assertThat(answer.body()).doesNotContain("Exception", "dev.kintsugi");
  }

  @Test
  void a_session_is_made_used_and_ended() throws Exception {
    var made =
        call(
            "POST",
            "/v1/sessions",
            alice(),
            "{\"areas\":{\"settings\":{\"theme\":\"dark\"}},\"idleTimeout\":\"PT30M\",\"grantId\":\"g\"}");
    assertThat(made.statusCode()).isEqualTo(201);
    Map<?, ?> facts = Json.MAPPER.readValue(made.body(), Map.class);
    assertThat(facts.get("userId")).isEqualTo("alice");
    assertThat(facts.get("application")).isEqualTo("mail");
    assertThat(facts.get("state")).isEqualTo("live");
    assertThat(facts.get("idleTimeout")).isEqualTo("PT30M");
    assertThat(facts.get("grantId")).isEqualTo("g");
    String path = "/v1/sessions/" + facts.get("sessionId");
    assertThat(made.headers().firstValue("Location")).contains(path);
    assertThat(call("GET", path, alice(), "").body()).isEqualTo(made.body());

    var read = call("GET", path + "/areas/settings", alice(), "");
    assertThat(read.body()).isEqualTo("{\"version\":1,\"attributes\":{\"theme\":\"dark\"}}");
    assertThat(read.headers().firstValue("ETag")).contains("\"1\"");
    assertThat(read.headers().firstValue("Shard-Epoch")).contains("1.1");
    assertThat(read.headers().firstValue("Shard-Offset")).contains("42");
    assertThat(read.headers().firstValue("Shard-Map-Version")).contains("1.1@7");
    assertThat(call("GET", path + "/areas/mailbox-list", alice(), "").body())
        .isEqualTo("{\"version\":0,\"attributes\":{}}");
    var emptied = call("DELETE", path + "/areas/settings", alice(), "");
    assertThat(emptied.statusCode()).isEqualTo(204);
    assertThat(emptied.headers().firstValue("ETag")).contains("\"2\"");

    assertThat(call("DELETE", path, alice(), "").statusCode()).isEqualTo(204);
    assertThat(call("DELETE", path, alice(), "").statusCode()).isEqualTo(204);
    assertProblem(call("GET", path, alice(), ""), 404);
    assertProblem(call("GET", path + "/areas/settings", alice(), ""), 404);
    assertProblem(call("PUT", path + "/areas/mailbox-list", alice(), "{\"a\":1}"), 404);
  }

  /** A user of one test alone, as the events of all go one way. */
  private record Doer(String name) {

    String token() {
      return TestIssuer.signed(claims().subject(name).build());
    }

    /** Asks, and says where what was made is. */
    String does(String method, String path, String body, String... headers) throws Exception {
      return call(method, path, token(), body, headers).headers().firstValue("Location").orElse("");
    }

    dev.kintsugi.log.activity.Activity next() throws Exception {
      while (true) {
        var next = DIRECT.events.poll(10, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("nothing was reported of " + name);
        }
        if (next.key().equals("mail/" + name)) {
          return next;
        }
      }
    }

    /** What was reported of it, up to the kind that is known to come last. */
    List<String> toldUntil(String last) throws Exception {
      List<String> kinds = new ArrayList<>();
      while (!kinds.contains(last)) {
        kinds.add(next().kind());
      }
      return kinds;
    }
  }

  @Test
  void what_a_user_does_straight_at_the_node_is_reported_once_it_was_done() throws Exception {
    Doer carol = new Doer("carol");
    String path = carol.does("POST", "/v1/sessions", "{}");
    carol.does("GET", path, "");
    carol.does("PUT", path + "/areas/settings", "{\"a\":1}");
    carol.does("PUT", path + "/areas/settings", "{\"a\":2}", "If-Match", "\"7\"");
    carol.does("GET", path + "/areas/settings", "", "If-None-Match", "\"1\"");
    carol.does("GET", path + "/areas/settings/changes?after=0", "");
    carol.does("GET", path + "/areas/nowhere", "");
    carol.does("GET", "/v1/users/carol/sessions", "");
    carol.does("GET", "/v1/users/alice/sessions", "");
    carol.does("DELETE", path, "");
    assertThat(carol.toldUntil("session.end"))
        .containsExactly(
            "session.create",
            "session.read",
            "settings.write",
            "settings.read",
            "session.read",
            "session.end");
  }

  @Test
  void what_a_gateway_has_reported_is_not_reported_again_and_an_applications_doings_never_are()
      throws Exception {
    Doer dora = new Doer("dora");
    String[] told = {"Kintsugi-Activity", "told"};
    String path = dora.does("POST", "/v1/sessions", "{}", told);
    dora.does("GET", path, "", told);
    dora.does("PUT", path + "/areas/settings", "{\"a\":1}", told);
    dora.does("GET", path + "/areas/settings", "", told);
    dora.does("GET", "/v1/users/dora/sessions", "", told);
    assertThat(call("GET", path + "/areas/settings", application("mail"), "").statusCode())
        .isEqualTo(200);
    dora.does("DELETE", "/v1/users/dora/sessions", "", told);
    dora.does("DELETE", "/v1/users/dora/sessions", "");
    assertThat(dora.toldUntil("session.end")).containsExactly("session.end");
  }

  @Test
  void a_session_that_an_application_makes_for_a_user_is_that_users_doing() throws Exception {
    String made = "{\"userId\":\"emil\"}";
    assertThat(call("POST", "/v1/sessions", application("mail"), made).statusCode()).isEqualTo(201);
    assertThat(new Doer("emil").next().kind()).isEqualTo("session.create");
  }

  @Test
  void a_trusted_trace_says_when_it_happened_and_what_is_no_time_is_refused() throws Exception {
    Doer fritz = new Doer("fritz");
    String at = "Activity-Time";
    String path = fritz.does("POST", "/v1/sessions", "{}", at, "2020-01-01T02:00:00+02:00");
    assertThat(fritz.next().at()).isEqualTo("2020-01-01T00:00:00Z");
    String good = "2020-01-01T00:00:00Z";
    assertProblem(call("GET", path, fritz.token(), "", at, "yesterday"), 400);
    assertProblem(call("GET", path, fritz.token(), "", at, good, at, good), 400);
    assertProblem(call("GET", path, fritz.token(), "", at, "+999999-01-01T00:00:00Z"), 400);
  }

  @Test
  void a_session_lasts_as_long_as_its_creator_says_or_else_as_configured() throws Exception {
    var usual = call("POST", "/v1/sessions", alice(), "{}");
    assertThat(usual.body()).contains("\"idleTimeout\":\"PT30M\"", "\"absoluteTimeout\":\"PT24H\"");
    var named =
        call(
            "POST",
            "/v1/sessions",
            alice(),
            "{\"idleTimeout\":\"P2D\",\"absoluteTimeout\":\"PT1M\"}");
    assertThat(named.body()).contains("\"idleTimeout\":\"PT48H\"", "\"absoluteTimeout\":\"PT1M\"");
  }

  @Test
  void preconditions_and_keys_decide_about_writes() throws Exception {
    String path = session(alice()) + "/areas/settings";
    assertProblem(call("PUT", path, alice(), "{}", "If-Match", "\"1\""), 412);
    assertThat(call("PUT", path, alice(), "{\"a\":1}", "If-Match", "\"0\"").body())
        .isEqualTo("{\"version\":1}");
    assertThat(call("PATCH", path, alice(), "{\"b\":2}", "If-Match", "*").body())
        .isEqualTo("{\"version\":2}");
    for (int repeat = 0; repeat < 3; repeat++) {
      assertThat(call("PUT", path, alice(), "{\"c\":3}", "Idempotency-Key", "k1").body())
          .isEqualTo("{\"version\":3}");
    }
    assertProblem(call("PUT", path, alice(), "{\"d\":3}", "Idempotency-Key", "k1"), 409);
    assertProblem(call("PATCH", path, alice(), "{\"c\":3}", "Idempotency-Key", "k1"), 409);
    assertThat(
            call(
                    "PATCH",
                    path,
                    alice(),
                    "{\"c\":null,\"e\":{\"f\":1}}",
                    "Content-Type",
                    "application/merge-patch+json")
                .statusCode())
        .isEqualTo(200);
    assertThat(call("GET", path, alice(), "").body())
        .isEqualTo("{\"version\":4,\"attributes\":{\"e\":{\"f\":1}}}");
  }

  @ParameterizedTest
  @CsvSource({"7", "W/\"7\"", "'\"1\", \"2\"'", "\"-1\"", "\"007\"", "\"99999999999999999999\""})
  void an_if_match_of_another_form_is_malformed(String value) throws Exception {
    assertProblem(
        call("PUT", session(alice()) + "/areas/settings", alice(), "{}", "If-Match", value), 400);
  }

  @Test
  void a_creation_is_repeated_under_its_key() throws Exception {
    var first = call("POST", "/v1/sessions", alice(), "{}", "Idempotency-Key", "make");
    assertThat(call("POST", "/v1/sessions", alice(), "{}", "Idempotency-Key", "make").body())
        .isEqualTo(first.body());
    assertProblem(
        call("POST", "/v1/sessions", alice(), "{\"areas\":{}}", "Idempotency-Key", "make"), 409);
    assertThat(call("POST", "/v1/sessions", bob(), "{}", "Idempotency-Key", "make").body())
        .isNotEqualTo(first.body());
  }

  @Test
  void a_user_and_its_application_do_not_share_keys() throws Exception {
    String[] keyed = {"Idempotency-Key", "shared"};
    String byApp = "{\"userId\":\"alice\",\"areas\":{\"settings\":{\"by\":\"app\"}}}";
    String byUser = "{\"userId\":\"alice\",\"areas\":{\"settings\":{\"by\":\"user\"}}}";
    var first = call("POST", "/v1/sessions", application("mail"), byApp, keyed);
    var second = call("POST", "/v1/sessions", alice(), byUser, keyed);
    assertThat(settings(first)).contains("{\"by\":\"app\"}");
    assertThat(settings(second)).contains("{\"by\":\"user\"}");
    assertThat(call("POST", "/v1/sessions", alice(), byUser, keyed).body())
        .isEqualTo(second.body());
    assertThat(call("POST", "/v1/sessions", application("mail"), byApp, keyed).body())
        .isEqualTo(first.body());
  }

  private static String settings(HttpResponse<String> made) throws Exception {
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    String path = made.headers().firstValue("Location").orElseThrow();
    return call("GET", path + "/areas/settings", alice(), "").body();
  }

  @Test
  void a_key_whose_session_has_ended_is_spent() throws Exception {
    String[] keyed = {"Idempotency-Key", "spent"};
    var made = call("POST", "/v1/sessions", alice(), "{}", keyed);
    String path = made.headers().firstValue("Location").orElseThrow();
    assertThat(call("DELETE", path, alice(), "").statusCode()).isEqualTo(204);
    var again = call("POST", "/v1/sessions", alice(), "{}", keyed);
    assertProblem(again, 409);
    assertThat(again.body()).contains("has ended; use a new key");
    assertThat(again.headers().firstValue("Location")).isEmpty();
  }

  @Test
  void many_at_once_under_one_key_make_one_session() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> under = new ArrayList<>();
    String token = alice();
    for (int i = 0; i < 32; i++) {
      under.add(
          HTTP.sendAsync(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/sessions"))
                  .header("Authorization", "Bearer " + token)
                  .header("Content-Type", "application/json")
                  .header("Idempotency-Key", "at-once")
                  .POST(BodyPublishers.ofString("{\"areas\":{\"settings\":{\"a\":1}}}"))
                  .build(),
              BodyHandlers.ofString()));
    }
    Set<String> locations = new HashSet<>();
    for (CompletableFuture<HttpResponse<String>> answer : under) {
      assertThat(answer.get().statusCode()).isEqualTo(201);
      locations.add(answer.get().headers().firstValue("Location").orElseThrow());
    }
    assertThat(locations).hasSize(1);
  }

  @Test
  void nobody_sees_or_changes_anothers_session() throws Exception {
    String path = session(alice());
    call("PUT", path + "/areas/settings", alice(), "{\"secret\":\"of alice\"}");
    for (String stranger : List.of(bob(), application("shop"))) {
      for (String area : List.of("/areas/settings", "/areas/mailbox-list", "")) {
        var read = call("GET", path + area, stranger, "");
        assertProblem(read, 403);
        assertThat(read.body()).doesNotContain("of alice");
      }
      assertProblem(call("PUT", path + "/areas/settings", stranger, "{}"), 403);
      assertProblem(call("PUT", path + "/areas/mailbox-list", stranger, "{\"a\":1}"), 403);
      assertProblem(call("PATCH", path + "/areas/settings", stranger, "{}"), 403);
      assertProblem(call("DELETE", path + "/areas/settings", stranger, ""), 403);
      assertProblem(call("DELETE", path, stranger, ""), 403);
      assertProblem(
          call("GET", path + "/areas/settings/changes?after=0&wait=PT0S", stranger, ""), 403);
    }
    assertThat(call("GET", path + "/areas/settings", application("mail"), "").body())
        .contains("of alice");
    assertProblem(call("GET", "/v1/users/alice/sessions", bob(), ""), 403);
    assertProblem(call("DELETE", "/v1/users/alice/sessions", bob(), ""), 403);
    assertProblem(call("POST", "/v1/sessions", bob(), "{\"userId\":\"alice\"}"), 403);
    assertThat(call("GET", "/v1/users/alice/sessions", application("shop"), "").body())
        .isEqualTo("{\"sessions\":[]}");
  }

  @Test
  void signing_out_everywhere_waits_for_what_is_half_ended() throws Exception {
    String mail = application("mail");
    var made = call("POST", "/v1/sessions", mail, "{\"userId\":\"dora\"}");
    String path = made.headers().firstValue("Location").orElseThrow();
    SessionId session = SessionId.parse(path.substring(path.lastIndexOf('/') + 1));
    SlotId away = ShardWorld.AREAS.slotOf(new Area("settings"), session);
    WORLD.away.add(away);
    assertThat(call("DELETE", path, mail, "").statusCode()).isEqualTo(504);
    assertThat(call("GET", "/v1/users/dora/sessions", mail, "").body())
        .isEqualTo("{\"sessions\":[]}");
    assertThat(call("DELETE", "/v1/users/dora/sessions", mail, "").statusCode()).isEqualTo(504);
    WORLD.away.clear();
    assertThat(call("DELETE", "/v1/users/dora/sessions", mail, "").statusCode()).isEqualTo(204);
    assertThat(WORLD.shard(session, new Area("settings")).orElseThrow().ended()).isTrue();
  }

  @Test
  void signing_out_everywhere_is_not_said_to_be_done_while_a_session_cannot_be_read()
      throws Exception {
    String mail = application("mail");
    var made = call("POST", "/v1/sessions", mail, "{\"userId\":\"erin\"}");
    String path = made.headers().firstValue("Location").orElseThrow();
    SessionId readable = SessionId.parse(path.substring(path.lastIndexOf('/') + 1));
    SessionId lost = SessionId.of(readable.placement(), 7, 8);
    WORLD.unreadable.add(lost);
    var answer = call("DELETE", "/v1/users/erin/sessions", mail, "");
    WORLD.unreadable.clear();
    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(answer.body()).contains("\"outcome\":\"unknown\"", "cannot read");
    assertThat(WORLD.shard(readable, Area.SESSION).orElseThrow().ended()).isTrue();
    assertThat(call("DELETE", "/v1/users/erin/sessions", mail, "").statusCode()).isEqualTo(204);
  }

  @Test
  void half_of_a_surrogate_pair_is_no_user_s_name() throws Exception {
    String mail = application("mail");
    assertProblem(call("POST", "/v1/sessions", mail, "{\"userId\":\"bob\\ud83d\"}"), 400);
    assertThat(call("POST", "/v1/sessions", mail, "{\"userId\":\"bob\\ud83d\\ude00\"}").body())
        .contains("bob");
  }

  @Test
  void another_application_of_the_same_user_is_a_stranger_too() throws Exception {
    String path = session(alice());
    String other = TestIssuer.signed(claims().claim("client_id", "shop").build());
    assertProblem(call("GET", path, other, ""), 403);
  }

  @Test
  void an_application_makes_sessions_for_its_users_and_without_any() throws Exception {
    String mail = application("mail");
    var made = call("POST", "/v1/sessions", mail, "{\"userId\":\"carol\"}");
    assertThat(made.body()).contains("\"userId\":\"carol\"");
    assertThat(call("GET", "/v1/users/carol/sessions", mail, "").body())
        .contains("\"userId\":\"carol\"");
    var nobodys =
        call("POST", "/v1/sessions", mail, "{}", "Kintsugi-Placement", "0123456789abcdef");
    assertThat(nobodys.statusCode()).isEqualTo(201);
    assertThat(nobodys.body()).doesNotContain("userId");
    String path = nobodys.headers().firstValue("Location").orElseThrow();
    assertProblem(call("GET", path, alice(), ""), 403);
    for (String placement : List.of("", "xyz", "0123456789ABCDEF", "0123456789abcdef0")) {
      assertProblem(call("POST", "/v1/sessions", mail, "{}", "Kintsugi-Placement", placement), 400);
    }
  }

  @Test
  void all_sessions_of_a_user_are_listed_and_ended() throws Exception {
    String dave = TestIssuer.signed(claims().subject("https://id/da ve").build());
    String one = session(dave);
    String two = session(dave);
    String path = "/v1/users/https:%2F%2Fid%2Fda%20ve/sessions";
    Map<?, ?> listed = Json.MAPPER.readValue(call("GET", path, dave, "").body(), Map.class);
    assertThat((List<?>) listed.get("sessions")).hasSize(2);
    assertThat(call("DELETE", path, dave, "").statusCode()).isEqualTo(204);
    assertProblem(call("GET", one, dave, ""), 404);
    assertProblem(call("GET", two, dave, ""), 404);
    assertThat(call("GET", path, dave, "").body()).isEqualTo("{\"sessions\":[]}");
    assertThat(call("DELETE", path, dave, "").statusCode()).isEqualTo(204);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "short",
        "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "%20",
        "%C3%A4"
      })
  void what_cannot_be_a_sessions_id_is_malformed(String id) throws Exception {
    String path = "/v1/sessions/" + id;
    assertProblem(call("GET", path, alice(), ""), 400);
    assertProblem(call("DELETE", path, alice(), ""), 400);
    assertProblem(call("GET", path + "/areas/settings", alice(), ""), 400);
    assertProblem(call("PUT", path + "/areas/settings", alice(), "{}"), 400);
    assertProblem(call("GET", path + "/areas/settings/changes?after=0", alice(), ""), 400);
    String[] keyed = {"Kintsugi-Internal", SECRET, "Idempotency-Key", "k"};
    String owned = "{\"application\":\"mail\",\"attributes\":{}}";
    assertProblem(call("GET", "/internal" + path, alice(), "", keyed), 400);
    assertProblem(call("PUT", "/internal" + path + "/areas/settings", alice(), owned, keyed), 400);
  }

  @Test
  void unknown_names_are_not_found() throws Exception {
    String unmade =
        SessionId.of(
                SlotHash.ofHexKey(KEY).of(new ApplicationId("mail"), new UserId("alice")),
                new byte[16])
            .toString();
    String path = "/v1/sessions/" + unmade;
    assertProblem(call("GET", path, alice(), ""), 404);
    assertProblem(call("DELETE", path, alice(), ""), 404);
    assertProblem(call("GET", path + "/areas/settings", alice(), ""), 404);
    assertProblem(call("PUT", path + "/areas/settings", alice(), "{}"), 404);
    for (String area : List.of("other", "SETTINGS", "a".repeat(100), "set%20tings", "%C3%A4")) {
      assertProblem(call("GET", session(alice()) + "/areas/" + area, alice(), ""), 404);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "1",
        "\"x\"",
        "{",
        "{\"a\"}",
        "{\"a\":1}}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":null}",
        "{\"\":1}",
        "{\"a\\u0000\":1}",
        "{\"a\\nb\":1}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":01}",
        "{'a':1}",
        "{\"a\":1e99999999999}",
        "{\"a\":[{\"b\":1e-2147483648}]}",
        "{\"a\":12e2147483647}",
        "{\"a\":1e100000}",
        "{\"a\":1,}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\u0001\"}",
        "// x\n{}"
      })
  void a_malformed_content_is_refused_and_nothing_stored(String body) throws Exception {
    String path = session(alice()) + "/areas/settings";
    assertProblem(call("PUT", path, alice(), body), 400);
    if (!body.equals("{\"a\":null}")) {
      assertProblem(call("PATCH", path, alice(), body), 400);
    }
    assertThat(call("GET", path, alice(), "").body())
        .isEqualTo("{\"version\":0,\"attributes\":{}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"userId\":1}",
        "{\"userId\":\"\"}",
        "{\"userId\":\"a\\nb\"}",
        "{\"areas\":[]}",
        "{\"areas\":{\"nope\":{}}}",
        "{\"areas\":{\"SETTINGS\":{}}}",
        "{\"areas\":{\"settings\":[]}}",
        "{\"areas\":{\"settings\":{\"a\":null}}}",
        "{\"idleTimeout\":\"30m\"}",
        "{\"idleTimeout\":\"PT0S\"}",
        "{\"idleTimeout\":\"-PT1S\"}",
        "{\"idleTimeout\":\"PT999999999999999H\"}",
        "{\"idleTimeout\":30}",
        "{\"grantId\":\"\"}",
        "{\"x\":1e99999999999}",
        "{\"areas\":{\"settings\":{\"a\":1e-2147483648}}}"
      })
  void a_malformed_session_is_refused(String body) throws Exception {
    assertProblem(call("POST", "/v1/sessions", application("mail"), body), 400);
  }

  @Test
  void sizes_have_bounds() throws Exception {
    String path = session(alice()) + "/areas/settings";
    String name = "n".repeat(128);
    assertThat(call("PUT", path, alice(), "{\"" + name + "\":1}").statusCode()).isEqualTo(200);
    assertProblem(call("PUT", path, alice(), "{\"" + name + "n\":1}"), 400);
    assertProblem(call("PUT", path, alice(), "{\"a\":\"" + "x".repeat(1001) + "\"}"), 413);
    assertProblem(call("PUT", path, alice(), "{\"a\":\"" + "x".repeat(2 << 20) + "\"}"), 413);
    assertProblem(
        call("PUT", path, alice(), "{\"a\":" + "[".repeat(40) + "]".repeat(40) + "}"), 400);
    assertProblem(call("PUT", path, alice(), "{\"a\":" + "1".repeat(200) + "}"), 400);
    assertProblem(call("PUT", path, alice(), "{}", "Idempotency-Key", "k".repeat(129)), 400);
    assertProblem(call("PUT", path, alice(), "{}", "Content-Type", "text/plain"), 415);
    assertThat(call("GET", path, alice(), "").body()).contains("\"version\":1,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "PATCH", "DELETE"})
  void the_area_of_the_sessions_own_facts_is_not_there_for_writers(String method) throws Exception {
    String path = session(alice());
    String facts = call("GET", path, alice(), "").body();
    for (String body : List.of("{}", "{\"state\":\"ended\"}", "{\"a\":null}")) {
      String sent = method.equals("DELETE") ? "" : body;
      assertProblem(call(method, path + "/areas/session", alice(), sent), 404);
      assertProblem(call(method, path + "/areas/session", application("mail"), sent), 404);
    }
    assertThat(call("GET", path, alice(), "").body()).isEqualTo(facts);
    assertThat(call("PUT", path + "/areas/settings", alice(), "{\"a\":1}").statusCode())
        .isEqualTo(200);
  }

  @Test
  void the_deepest_content_that_is_taken_can_be_read_and_patched() throws Exception {
    String path = session(alice()) + "/areas/settings";
    String deepest = "[".repeat(Json.DEEPEST - 1) + "]".repeat(Json.DEEPEST - 1);
    assertThat(call("PUT", path, alice(), "{\"a\":" + deepest + "}").statusCode()).isEqualTo(200);
    assertProblem(call("PUT", path, alice(), "{\"a\":[" + deepest + "]}"), 400);
    assertThat(call("PATCH", path, alice(), "{\"b\":" + deepest + "}").statusCode()).isEqualTo(200);
    String nested = "{\"c\":".repeat(Json.DEEPEST - 1) + "{}" + "}".repeat(Json.DEEPEST - 1);
    for (int repeat = 0; repeat < 2; repeat++) {
      assertThat(call("PATCH", path, alice(), nested).statusCode()).isEqualTo(200);
    }
    assertThat(call("GET", path, alice(), "").body())
        .startsWith("{\"version\":4,")
        .contains("\"a\":" + deepest, "\"b\":" + deepest, nested.substring(1, nested.length() - 1));
  }

  @Test
  void numbers_and_letters_come_back_as_they_were() throws Exception {
    String path = session(alice()) + "/areas/settings";
    String attributes =
        "{\"a\":1.10,\"b\":12345678901234567890123,\"c\":\"\u00e4\ud83d\ude00\",\"d\":[1,{}],\"e\":false}";
    call("PUT", path, alice(), attributes);
    assertThat(call("GET", path, alice(), "").body()).contains(attributes);
  }

  @Test
  void numbers_beyond_any_double_come_back_as_they_were() throws Exception {
    String numbers = "{\"a\":1E+400,\"b\":[-1.5E-400],\"c\":9E+99999,\"d\":{\"e\":1E-99999}}";
    var made = call("POST", "/v1/sessions", alice(), "{\"areas\":{\"settings\":" + numbers + "}}");
    String path = made.headers().firstValue("Location").orElseThrow() + "/areas/settings";
    assertThat(call("GET", path, alice(), "").body()).contains(numbers);
    assertThat(call("PATCH", path, alice(), "{\"d\":{\"f\":1e401}}").statusCode()).isEqualTo(200);
    assertThat(call("GET", path, alice(), "").body())
        .contains(numbers.replace("1E-99999", "1E-99999,\"f\":1E+401"));
    assertThat(call("PUT", path, alice(), numbers).statusCode()).isEqualTo(200);
    assertThat(call("GET", path, alice(), "").body()).contains(numbers);
  }

  @Test
  void a_chunked_body_without_a_length_is_bounded_too() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      String head =
          "PUT %s/areas/settings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
              .formatted(session(alice()), alice());
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
      for (int i = 0; i < 20; i++) {
        out.write(chunk.getBytes(StandardCharsets.US_ASCII));
      }
      out.flush();
      byte[] answer = socket.getInputStream().readNBytes(12);
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void whoever_has_the_version_gets_it_not_again_and_a_head_gets_no_body() throws Exception {
    String path = session(alice()) + "/areas/settings";
    HttpResponse<String> written = call("PUT", path, alice(), "{\"a\":1}");
    assertThat(written.headers().firstValue("Content-Length")).contains("13");
    HttpResponse<String> same = call("GET", path, alice(), "", "If-None-Match", "\"1\"");
    assertThat(same.statusCode()).isEqualTo(304);
    assertThat(same.body()).isEmpty();
    assertThat(same.headers().firstValue("ETag")).contains("\"1\"");
    assertThat(call("GET", path, alice(), "", "If-None-Match", "\"2\"").statusCode())
        .isEqualTo(200);
    HttpResponse<String> head = call("HEAD", path, alice(), "");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("ETag")).contains("\"1\"");
  }

  @Test
  void changes_are_told_or_204() throws Exception {
    String path = session(alice()) + "/areas/settings";
    assertThat(call("GET", path + "/changes?after=0&wait=PT0S", alice(), "").statusCode())
        .isEqualTo(204);
    call("PUT", path, alice(), "{\"a\":1}");
    assertThat(call("GET", path + "/changes?after=0&wait=PT0S", alice(), "").body())
        .isEqualTo("{\"version\":1,\"attributes\":{\"a\":1}}");
    for (String query :
        List.of("", "?after=x", "?after=-1", "?after=1&wait=x", "?after=1&wait=PT1H")) {
      assertProblem(call("GET", path + "/changes" + query, alice(), ""), 400);
    }
  }

  @Test
  @Timeout(30)
  void for_a_caller_who_has_gone_nobody_waits_for_changes_any_more() throws Exception {
    String path = session(alice()) + "/areas/settings/changes?after=0&wait=PT30S";
    CompletableFuture<Request.Watch> watch = new CompletableFuture<>();
    WATCH.set(Optional.of(watch));
    try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String head =
          "GET " + path + " HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer " + alice() + "\r\n\r\n";
      caller.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(watch.get().gone().getAsBoolean()).isFalse();
    }
    while (!watch.get().gone().getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void another_owners_slot_is_misdirected_and_a_failing_one_is_unavailable() throws Exception {
    String path = session(alice());
    var slot =
        ShardWorld.AREAS.slotOf(
            new Area("settings"), SessionId.parse(path.substring("/v1/sessions/".length())));
    WORLD.give(slot, "b");
    var answer = call("GET", path + "/areas/settings", alice(), "");
    MAPS.map = OwnerHintsTest.map(slot, Optional.of(new NodeId("b")), MapNode.State.UP, 8);
    var named = call("GET", path + "/areas/settings", alice(), "");
    MAPS.map = ShardMap.EMPTY;
    WORLD.give(slot, "a");
    assertProblem(named, 421);
    assertThat(named.headers().firstValue("Shard-Owner")).contains("b");
    assertThat(named.headers().firstValue("Shard-Owner-Grant")).contains("9");
    assertThat(named.headers().firstValue("Shard-Map-Version")).contains("1.1@8");
    assertProblem(answer, 421);
    assertThat(answer.headers().firstValue("Shard-Map-Version")).contains("1.1@7");
    assertThat(answer.headers().firstValue("Shard-Owner")).isEmpty();

    WORLD.failures = 2;
    var failed = call("GET", path + "/areas/settings", alice(), "");
    WORLD.failures = 0;
    assertProblem(failed, 503);
    assertThat(failed.headers().firstValue("Retry-After")).contains("1");
  }

  private static SlotId settingsOf(String path) {
    return ShardWorld.AREAS.slotOf(
        new Area("settings"), SessionId.parse(path.substring("/v1/sessions/".length())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "0x1",
        "01",
        "00",
        "1, 2",
        "\"1\"",
        "seven",
        "9223372036854775808",
        "99999999999999999999"
      })
  void a_shard_offset_of_another_form_is_malformed(String value) throws Exception {
    var answer = call("GET", session(alice()) + "/areas/settings", alice(), "", OFFSET, value);
    assertProblem(answer, 400);
    assertThat(answer.body()).contains("Shard-Offset must stand once and be a decimal number");
  }

  @Test
  void a_shard_offset_of_thousands_of_digits_is_malformed_and_not_repeated() throws Exception {
    String path = session(alice()) + "/areas/settings";
    var answer = call("GET", path, alice(), "", OFFSET, "7".repeat(5_000));
    assertProblem(answer, 400);
    assertThat(answer.body()).hasSizeLessThan(500);
  }

  @Test
  void a_shard_offset_that_stands_twice_is_malformed() throws Exception {
    String path = session(alice()) + "/areas/settings";
    assertProblem(call("GET", path, alice(), "", OFFSET, "1", OFFSET, "1"), 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "42", "43", "9223372036854775807"})
  void an_owner_answers_as_always_whatever_was_seen(String seen) throws Exception {
    String path = session(alice()) + "/areas/settings";
    call("PUT", path, alice(), "{\"a\":1}");
    var answer = call("GET", path, alice(), "", OFFSET, seen);
    assertThat(answer.body()).isEqualTo("{\"version\":1,\"attributes\":{\"a\":1}}");
    assertThat(answer.headers().firstValue("Shard-Stale")).isEmpty();
  }

  @Test
  void a_standby_shows_a_shard_to_whoever_has_seen_no_more_and_says_that_it_may_be_stale()
      throws Exception {
    String path = session(alice());
    call("PUT", path + "/areas/settings", alice(), "{\"a\":1}");
    SlotId slot = settingsOf(path);
    WORLD.give(slot, "b");
    try {
      var shown = call("GET", path + "/areas/settings", alice(), "", OFFSET, "42");
      assertThat(shown.statusCode()).isEqualTo(200);
      assertThat(shown.body()).isEqualTo("{\"version\":1,\"attributes\":{\"a\":1}}");
      assertThat(shown.headers().firstValue("Shard-Stale")).contains("true");
      assertThat(shown.headers().firstValue("Shard-Offset")).contains("42");
      assertThat(shown.headers().firstValue("ETag")).contains("\"1\"");
      assertProblem(call("GET", path + "/areas/settings", alice(), "", OFFSET, "43"), 421);
      assertProblem(call("GET", path + "/areas/settings", alice(), ""), 421);
      assertProblem(call("GET", path + "/areas/settings", bob(), "", OFFSET, "0"), 403);
      assertProblem(
          call("GET", path + "/areas/settings/changes?after=0", alice(), "", OFFSET, "0"), 421);
      assertProblem(call("PUT", path + "/areas/settings", alice(), "{}", OFFSET, "0"), 421);
      call("DELETE", path, alice(), "");
      assertProblem(call("GET", path + "/areas/settings", alice(), "", OFFSET, "0"), 421);
    } finally {
      WORLD.give(slot, "a");
    }
  }

  @Test
  void a_standby_says_nothing_of_an_area_that_was_never_written() throws Exception {
    String path = session(alice());
    SlotId slot = settingsOf(path);
    WORLD.give(slot, "b");
    var answer = call("GET", path + "/areas/settings", alice(), "", OFFSET, "0");
    WORLD.give(slot, "a");
    assertProblem(answer, 421);
  }

  @Test
  void an_owner_without_its_log_shows_what_it_knew_last_marked_and_refuses_the_rest()
      throws Exception {
    String path = session(alice());
    call("PUT", path + "/areas/settings", alice(), "{\"a\":1}");
    WORLD.logsLost = true;
    try {
      var shown = call("GET", path + "/areas/settings", alice(), "");
      assertThat(shown.body()).isEqualTo("{\"version\":1,\"attributes\":{\"a\":1}}");
      assertThat(shown.headers().firstValue("Shard-Stale")).contains("true");
      var again = call("GET", path + "/areas/settings", alice(), "", "If-None-Match", "\"1\"");
      assertThat(again.statusCode()).as("nobody knows whether it is the newest").isEqualTo(200);
      var facts = call("GET", path, alice(), "");
      assertThat(facts.statusCode()).isEqualTo(200);
      assertThat(facts.headers().firstValue("Shard-Stale")).contains("true");
      String tag = facts.headers().firstValue("ETag").orElseThrow();
      assertThat(call("GET", path, alice(), "", "If-None-Match", tag).statusCode()).isEqualTo(200);
      assertProblem(call("GET", path + "/areas/settings", alice(), "", OFFSET, "43"), 503);
      assertProblem(call("GET", path + "/areas/mailbox-list", alice(), ""), 503);
      assertProblem(call("GET", path + "/areas/settings/changes?after=0", alice(), ""), 503);
      assertProblem(call("PUT", path + "/areas/settings", alice(), "{}"), 503);
      assertProblem(call("GET", "/v1/users/alice/sessions", alice(), ""), 503);
      String[] secret = {"Kintsugi-Internal", SECRET};
      assertProblem(call("GET", "/internal" + path, alice(), "", secret), 503);
    } finally {
      WORLD.logsLost = false;
    }
    assertThat(call("GET", path + "/areas/settings", alice(), "").headers().map())
        .doesNotContainKey("shard-stale");
  }

  @Test
  void peers_show_the_secret_and_a_key() throws Exception {
    String id = session(alice()).substring("/v1/sessions/".length());
    String path = "/internal/v1/sessions/" + id;
    String body = "{\"application\":\"mail\",\"userId\":\"alice\",\"attributes\":{\"a\":1}}";
    assertProblem(call("GET", path, alice(), ""), 403);
    assertProblem(call("PUT", path + "/areas/settings", alice(), body), 403);
    String[] secret = {"Kintsugi-Internal", SECRET};
    String[] keyed = {"Kintsugi-Internal", SECRET, "Idempotency-Key", "p1"};
    var standing = call("GET", path, alice(), "", secret);
    assertThat(standing.statusCode()).isEqualTo(200);
    assertThat(standing.headers().firstValue("Kintsugi-Heard"))
        .as("without it a peer takes the owner for one that has heard of every revocation")
        .hasValue("0");
    assertProblem(call("PUT", path + "/areas/settings", alice(), body, secret), 400);
    assertProblem(call("PUT", path + "/areas/session", alice(), body, keyed), 400);
    assertProblem(call("PUT", path + "/areas/settings", alice(), "{}", keyed), 400);
    for (int repeat = 0; repeat < 2; repeat++) {
      assertThat(call("PUT", path + "/areas/settings", alice(), body, keyed).body())
          .isEqualTo("{\"version\":1}");
    }
    String[] end = {"Kintsugi-Internal", SECRET, "Idempotency-Key", "p2"};
    String[] endAgain = {"Kintsugi-Internal", SECRET, "Idempotency-Key", "p3"};
    assertThat(call("DELETE", path + "/areas/settings", alice(), body, end).statusCode())
        .isEqualTo(204);
    assertThat(call("DELETE", path + "/areas/settings", alice(), body, endAgain).statusCode())
        .isEqualTo(204);
  }

  @Test
  void a_peer_hands_on_whatever_was_taken_in() throws Exception {
    String longest = "{\"a\":" + "9".repeat(Json.LONGEST_NUMBER - 5) + "e99999}";
    String rewritten =
        Json.MAPPER.writeValueAsString(Json.read(longest.getBytes(StandardCharsets.UTF_8)));
    assertThat(rewritten).contains("E+100093");
    String path = session(alice());
    String[] keyed = {"Kintsugi-Internal", SECRET, "Idempotency-Key", "longest"};
    String body = "{\"application\":\"mail\",\"userId\":\"alice\",\"attributes\":%s}";
    String internal = "/internal" + path + "/areas/settings";
    assertThat(call("PUT", internal, alice(), body.formatted(rewritten), keyed).body())
        .isEqualTo("{\"version\":1}");
    assertThat(call("GET", path + "/areas/settings", alice(), "").body()).contains(rewritten);
    assertProblem(
        call("PUT", internal, alice(), body.formatted("{\"a\":1e99999999999}"), keyed), 400);
  }

  @Test
  void reported_activity_is_written_down_once_per_interval() throws Exception {
    HttpResponse<String> made = call("POST", "/v1/sessions", alice(), "{\"idleTimeout\":\"PT4M\"}");
    String id = made.headers().firstValue("Location").orElseThrow().substring(13);
    String[] secret = {"Kintsugi-Internal", SECRET};
    String report = "{\"sessions\":{\"" + id + "\":0}}";
    assertThat(call("PUT", "/internal/v1/activity", alice(), report, secret).body())
        .contains("\"written\":true");
    WORLD.now = WORLD.now.plusSeconds(61);
    assertThat(call("PUT", "/internal/v1/activity", alice(), report, secret).body())
        .contains("\"written\":true,\"nextMillis\":60000");
    assertThat(call("GET", "/v1/sessions/" + id, alice(), "").body())
        .contains("\"lastActiveAt\":\"" + WORLD.now);
    WORLD.now = WORLD.now.plusSeconds(30);
    assertThat(call("PUT", "/internal/v1/activity", alice(), report, secret).body())
        .contains("\"written\":false,\"nextMillis\":30000");
    String ask = "/internal/v1/sessions/" + id + "/areas/settings/activity";
    assertThat(call("GET", ask, alice(), "", secret).body()).contains("\"servedForMillis\":0");
    assertThat(call("GET", "/v1/sessions/" + id + "/areas/settings", alice(), "").statusCode())
        .isEqualTo(200);
    assertThat(call("GET", ask, alice(), "", secret).body()).contains("\"agoMillis\":");
  }

  @Test
  void a_report_that_is_not_sound_is_refused() throws Exception {
    String[] secret = {"Kintsugi-Internal", SECRET};
    String id = session(alice()).substring("/v1/sessions/".length());
    assertProblem(call("PUT", "/internal/v1/activity", alice(), "{}"), 403);
    for (String body :
        new String[] {
          "",
          "[]",
          "{}",
          "{\"sessions\":[]}",
          "{\"sessions\":{}}",
          "{\"sessions\":{\"x\":1}}",
          "{\"sessions\":{\"" + id + "\":-1}}",
          "{\"sessions\":{\"" + id + "\":1.5}}",
          "{\"sessions\":{\"" + id + "\":\"1\"}}",
          "{\"sessions\":{\"" + id + "\":null}}",
          "{\"sessions\":{\"" + id + "\":99999999999999999999}}",
          "{\"sessions\":{\"" + id + "\":0,\"" + otherSlot(id) + "\":0}}"
        }) {
      assertProblem(call("PUT", "/internal/v1/activity", alice(), body, secret), 400);
    }
    String path = "/internal/v1/sessions/";
    assertProblem(call("GET", path + "x/areas/settings/activity", alice(), "", secret), 400);
    assertProblem(call("GET", path + id + "/areas/none/activity", alice(), "", secret), 404);
    assertProblem(call("GET", path + id + "/areas/settings/activity", alice(), ""), 403);
  }

  private static String otherSlot(String id) {
    SessionId session = SessionId.parse(id);
    long next = session.placement().hash() + 1;
    return SessionId.of(new PlacementKey(next), new byte[16]).toString();
  }

  @Test
  void the_edge_has_no_other_doors() throws Exception {
    assertProblem(call("GET", "/v1/nothing", alice(), ""), 404);
    assertProblem(call("POST", session(alice()) + "/areas/settings", alice(), "{}"), 405);
    assertProblem(call("GET", "/v1/sessions", alice(), ""), 405);
    assertProblem(call("GET", "/v1/sessions/x", "forged", ""), 401);
  }
}
