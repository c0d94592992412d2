package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.kintsugi.kit.TestIssuer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Two instances, one real Redis, one provider that counts. Where Redis comes from is for the
 * classes below to say.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TokensOnRedis {

  private static TestIssuer issuer;
  private static TestRedis redis;
  private static TestProvider provider;
  private static TestService one;
  private static TestService two;
  private static String application;
  private static String alice;

  /** Starts a Redis of its own, which keeps its data in the directory if it needs one. */
  abstract TestRedis startRedis(Path directory) throws Exception;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    issuer = new TestIssuer();
    redis = startRedis(directory);
    provider = new TestProvider();
    one = instance();
    two = instance();
    application = token("webmail", "webmail", "kintsugi.any-user");
    alice = token("webmail", "alice", "openid");
  }

  private static TestService instance() {
    return new TestService(
        issuer.url(),
        redis.url(),
        "--kintsugi.tokens.stall-limit=3s",
        "--kintsugi.tokens.providers.idp.token-endpoint=" + provider.url() + "/token",
        "--kintsugi.tokens.providers.idp.revocation-endpoint=" + provider.url() + "/revoke",
        "--kintsugi.tokens.providers.idp.client-id=webmail",
        "--kintsugi.tokens.providers.idp.client-secret=provider-secret",
        "--kintsugi.tokens.providers.idp.timeout=1s");
  }

  @AfterAll
  void stop() throws Exception {
    one.close();
    two.close();
    provider.close();
    redis.close();
    issuer.close();
  }

  @Test
  void a_grant_lives_from_put_to_delete() throws Exception {
    HttpResponse<String> created = put("life", "life.0", 3600);
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(created.body()).doesNotContain("life.0").doesNotContain("given-access");
    assertThat(put("life", "life.0", 3600).statusCode()).isEqualTo(200);

    JsonNode token = TestService.json(two.get("/v1/grants/life/access-token", application));
    assertThat(token.get("accessToken").asString()).isEqualTo("given-access");
    assertThat(token.get("generation").asLong()).isEqualTo(1);

    JsonNode facts = TestService.json(two.get("/v1/grants/life", application));
    assertThat(facts.get("userId").asString()).isEqualTo("alice");
    assertThat(facts.get("state").asString()).isEqualTo("live");
    assertThat(facts.toString()).doesNotContain("life.0").doesNotContain("given-access");

    assertThat(one.delete("/v1/grants/life", application).statusCode()).isEqualTo(204);
    assertThat(one.delete("/v1/grants/life", application).statusCode()).isEqualTo(204);
    assertProblem(two.get("/v1/grants/life", application), 404);
    assertProblem(two.get("/v1/grants/life/access-token", application), 404);
    await(() -> provider.revoked.contains("life.0"));
  }

  @Test
  void only_the_owner_and_the_user_see_a_grant() throws Exception {
    put("mine", "mine.0", 3600);
    assertThat(one.get("/v1/grants/mine", alice).statusCode()).isEqualTo(200);
    assertThat(one.get("/v1/grants/mine/access-token", alice).statusCode()).isEqualTo(200);
    String bob = token("webmail", "bob", "openid");
    String elsewhere = token("other", "alice", "openid");
    String other = token("other", "other", "kintsugi.any-user");
    for (String stranger : List.of(bob, elsewhere, other)) {
      assertProblem(one.get("/v1/grants/mine", stranger), 404);
      assertProblem(one.get("/v1/grants/mine/access-token", stranger), 404);
    }
    assertProblem(one.put("/v1/grants/mine", alice, body("x.0", 60)), 403);
    assertProblem(one.delete("/v1/grants/mine", alice), 403);
    assertThat(one.delete("/v1/grants/mine", other).statusCode()).isEqualTo(204);
    assertThat(one.get("/v1/grants/mine", alice).statusCode()).isEqualTo(200);
    assertProblem(one.get("/v1/grants/mine", ""), 401);
    assertProblem(one.get("/v1/grants/mine", application + "x"), 401);
  }

  @Test
  void a_grant_is_judged_until_it_is_revoked_and_after() throws Exception {
    assertThat(verdict("judged")).isEqualTo("unknown absent");
    put("judged", "judged.0", 1);
    HttpResponse<String> answer = two.verdicts(SECRET, grants("judged"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).doesNotContain("judged.0").doesNotContain("given-access");
    JsonNode one = TestService.json(answer).get("verdicts").get(0);
    assertThat(one.get("application").asString()).isEqualTo("webmail");
    assertThat(one.get("id").asString()).isEqualTo("judged");
    assertThat(one.get("usableMillis").asLong()).isEqualTo(300_000);
    assertThat(verdict("judged")).isEqualTo("valid ");
    TokensOnRedis.one.delete("/v1/grants/judged", application);
    assertThat(verdict("judged")).isEqualTo("revoked deleted");
    put("judged", "judged.again", 3600);
    assertThat(verdict("judged")).isEqualTo("valid ");
    provider.behave(
        "doomed", (exchange, _) -> json(exchange, 400, "{\"error\":\"invalid_grant\"}"));
    put("doomed", "doomed.0", 1);
    assertProblem(TokensOnRedis.one.get("/v1/grants/doomed/access-token", application), 410);
    assertThat(verdict("doomed")).isEqualTo("revoked invalid_grant");
  }

  @Test
  void a_full_batch_is_judged_at_once_and_in_order() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ids.add("batch-" + i);
      if (i % 50 == 3) {
        put("batch-" + i, "batch-" + i + ".0", 3600);
      }
    }
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(CompletableFuture.supplyAsync(() -> judged(ids)));
    }
    for (CompletableFuture<HttpResponse<String>> each : all) {
      JsonNode verdicts = TestService.json(each.get(10, TimeUnit.SECONDS)).get("verdicts");
      assertThat(verdicts.size()).isEqualTo(200);
      for (int i = 0; i < 200; i++) {
        assertThat(verdicts.get(i).get("id").asString()).isEqualTo("batch-" + i);
        assertThat(verdicts.get(i).get("verdict").asString())
            .isEqualTo(i % 50 == 3 ? "valid" : "unknown");
      }
    }
  }

  private static HttpResponse<String> judged(List<String> ids) {
    try {
      return two.verdicts(SECRET, grants(ids.toArray(String[]::new)));
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Test
  void what_lies_damaged_under_a_grant_spoils_no_others_verdict() throws Exception {
    put("sound", "sound.0", 3600);
    RedisClient client = RedisClient.create(redis.url());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisCommands<String, String> commands = connection.sync();
      commands.set("kintsugi:grant:{webmail/damaged-1}", "no hash");
      commands.hset("kintsugi:grant:{webmail/damaged-2}", "data", "no ciphertext");
      commands.hset("kintsugi:grant:{webmail/damaged-3}", "rev", "no number");
      commands.hset("kintsugi:grant:{webmail/damaged-4}", "data", "x".repeat((1 << 20) + 1));
    } finally {
      client.shutdown();
    }
    JsonNode verdicts =
        TestService.json(
                one.verdicts(
                    SECRET, grants("damaged-1", "damaged-2", "sound", "damaged-3", "damaged-4")))
            .get("verdicts");
    for (int i = 0; i < 5; i++) {
      assertThat(verdicts.get(i).get("verdict").asString()).isEqualTo(i == 2 ? "valid" : "unknown");
    }
  }

  @Test
  void verdicts_are_for_the_parts_alone_and_for_sound_questions() throws Exception {
    assertProblem(one.verdicts("wrong-secret-000", grants("mine")), 403);
    assertProblem(one.verdicts("", grants("mine")), 403);
    assertThat(one.verdicts(SECRET, "{\"grants\":[]}").body()).isEqualTo("{\"verdicts\":[]}");
    List<String> tooMany = new ArrayList<>();
    for (int i = 0; i < 201; i++) {
      tooMany.add("g" + i);
    }
    for (String body :
        List.of(
            "",
            "{",
            "[]",
            "{}",
            "{\"grants\":{}}",
            "{\"grants\":[1]}",
            "{\"grants\":[{}]}",
            "{\"grants\":[{\"application\":\"webmail\"}]}",
            "{\"grants\":[{\"application\":7,\"id\":\"g\"}]}",
            grants(tooMany.toArray(String[]::new)))) {
      assertProblem(one.verdicts(SECRET, body), 400);
    }
    assertProblem(one.verdicts(SECRET, " ".repeat(200_000) + grants("mine")), 413);
  }

  @Test
  void what_no_grant_can_be_called_keeps_no_other_grant_from_its_verdict() throws Exception {
    String[] senseless = {"a/b", "a.b", "", "g".repeat(129), "\\u0000", "{"};
    for (String id : senseless) {
      JsonNode verdicts =
          TestService.json(one.verdicts(SECRET, grants("none-1", id, "none-2"))).get("verdicts");
      assertThat(verdicts.size()).isEqualTo(3);
      assertThat(verdicts.get(0)).as(id).isEqualTo(verdictOf("none-1"));
      assertThat(verdicts.get(1).get("verdict").asString()).as(id).isEqualTo("unknown");
      assertThat(verdicts.get(1).get("reason").asString()).as(id).isEqualTo("malformed");
      assertThat(verdicts.get(2)).as(id).isEqualTo(verdictOf("none-2"));
    }
  }

  private static JsonNode verdictOf(String id) throws Exception {
    return TestService.json(one.verdicts(SECRET, grants(id))).get("verdicts").get(0);
  }

  private static final String SECRET = "0123456789abcdef";

  private static String grants(String... ids) {
    return Stream.of(ids)
        .map(id -> "{\"application\":\"webmail\",\"id\":\"" + id + "\"}")
        .collect(Collectors.joining(",", "{\"grants\":[", "]}"));
  }

  private static String verdict(String id) throws Exception {
    JsonNode one = TestService.json(two.verdicts(SECRET, grants(id))).get("verdicts").get(0);
    return one.get("verdict").asString() + " " + one.path("reason").asString("");
  }

  @Test
  void a_hundred_reads_at_the_end_of_a_token_make_one_call() throws Exception {
    put("crowd", "crowd.0", 1);
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    provider.hold("crowd", arrived, gate);
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(one.getAsync("/v1/grants/crowd/access-token", application));
      all.add(two.getAsync("/v1/grants/crowd/access-token", alice));
    }
    assertThat(arrived.await(5, TimeUnit.SECONDS)).isTrue();
    gate.countDown();
    for (CompletableFuture<HttpResponse<String>> each : all) {
      HttpResponse<String> answer = each.get(10, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(TestService.json(answer).get("accessToken").asString())
          .isEqualTo("access-crowd.1");
    }
    assertThat(provider.calls("crowd")).isEqualTo(1);
  }

  @Test
  void fifty_reports_of_a_refused_token_make_one_call_and_the_next_must_wait() throws Exception {
    put("refused", "refused.0", 3600);
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      all.add(one.getAsync("/v1/grants/refused/access-token?refused=1", application));
      all.add(two.getAsync("/v1/grants/refused/access-token?refused=1", alice));
    }
    for (CompletableFuture<HttpResponse<String>> each : all) {
      HttpResponse<String> answer = each.get(10, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(TestService.json(answer).get("generation").asLong()).isEqualTo(2);
    }
    HttpResponse<String> again = two.get("/v1/grants/refused/access-token?refused=2", alice);
    assertProblem(again, 429);
    assertThat(again.headers().firstValueAsLong("Retry-After").orElseThrow()).isBetween(1L, 60L);
    assertThat(provider.calls("refused")).isEqualTo(1);
    assertThat(two.get("/v1/grants/refused/access-token", alice).statusCode()).isEqualTo(200);
    String bob = token("webmail", "bob", "openid");
    assertProblem(one.get("/v1/grants/refused/access-token?refused=2", bob), 404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "refused=",
        "refused",
        "refused=0",
        "refused=-1",
        "refused=1.5",
        "refused=01",
        "refused=%2B1",
        "refused=1%00",
        "refused=9999999999999999999",
        "refused=1&refused=1"
      })
  void a_report_that_names_no_generation_is_malformed(String query) throws Exception {
    put("report", "report.0", 3600);
    assertProblem(one.get("/v1/grants/report/access-token?" + query, application), 400);
    assertThat(provider.calls("report")).isZero();
  }

  @Test
  void when_a_session_ends_is_kept_and_shown() throws Exception {
    String given =
        "{\"userId\":\"alice\",\"refreshToken\":\"ends.0\",\"accessToken\":\"given\","
            + "\"expiresIn\":3600,%s}";
    String hour = given.formatted("\"absoluteTimeout\":\"PT10M\"");
    JsonNode first = TestService.json(one.put("/v1/grants/ends", application, hour));
    JsonNode again = TestService.json(two.put("/v1/grants/ends", application, hour));
    assertThat(again.get("sessionEndsAt")).isEqualTo(first.get("sessionEndsAt"));
    JsonNode facts = TestService.json(two.get("/v1/grants/ends", alice));
    assertThat(facts.get("effectiveExpiresAt")).isEqualTo(first.get("sessionEndsAt"));
    String said = given.formatted("\"sessionEndsAt\":\"2100-01-31T13:00:00.0005+01:00\"");
    assertThat(
            TestService.json(one.put("/v1/grants/ends", application, said))
                .get("sessionEndsAt")
                .asString())
        .isEqualTo("2100-01-31T12:00:00Z");
    for (String wrong :
        List.of(
            "\"absoluteTimeout\":\"PT0S\"",
            "\"absoluteTimeout\":\"-PT1H\"",
            "\"absoluteTimeout\":\"P3651D\"",
            "\"absoluteTimeout\":\"PT9223372036854775807S\"",
            "\"absoluteTimeout\":3600",
            "\"absoluteTimeout\":\"an hour\"",
            "\"sessionEndsAt\":\"tomorrow\"",
            "\"sessionEndsAt\":\"2100-01-31\"",
            "\"sessionEndsAt\":\"1969-12-31T23:59:59Z\"",
            "\"sessionEndsAt\":\"+10000-01-01T00:00:00Z\"",
            "\"sessionEndsAt\":\"+999999999-12-31T23:59:59Z\"",
            "\"sessionEndsAt\":4102444800",
            "\"sessionEndsAt\":\"" + "2".repeat(65) + "\"",
            "\"sessionEndsAt\":\"2100-01-31T12:00:00Z\",\"absoluteTimeout\":\"PT1H\"")) {
      assertProblem(one.put("/v1/grants/ends", application, given.formatted(wrong)), 400);
    }
  }

  @Test
  void whoever_had_to_wait_is_told() throws Exception {
    put("stall", "stall.0", 1);
    HttpResponse<String> waited = one.get("/v1/grants/stall/access-token", application);
    assertThat(waited.headers().firstValue("Token-Stall")).hasValue("true");
    HttpResponse<String> later = one.get("/v1/grants/stall/access-token", application);
    assertThat(later.statusCode()).isEqualTo(200);
    assertThat(later.headers().firstValue("Token-Stall")).isEmpty();
    assertThat(later.headers().firstValue("Cache-Control")).hasValue("no-store");
  }

  @Test
  void a_token_is_renewed_before_it_ends_and_nobody_waits() throws Exception {
    put("ahead", "ahead.0", 3);
    await(() -> provider.calls("ahead") == 1);
    await(() -> generation("ahead") == 2);
    HttpResponse<String> answer = two.get("/v1/grants/ahead/access-token", application);
    assertThat(TestService.json(answer).get("accessToken").asString()).isEqualTo("access-ahead.1");
    assertThat(answer.headers().firstValue("Token-Stall")).isEmpty();
    assertThat(provider.calls("ahead")).isEqualTo(1);
  }

  @Test
  void a_grant_that_the_provider_refuses_is_dead_until_the_user_signs_in_again() throws Exception {
    provider.behave("dead", (exchange, _) -> json(exchange, 400, "{\"error\":\"invalid_grant\"}"));
    put("dead", "dead.0", 1);
    HttpResponse<String> answer = one.get("/v1/grants/dead/access-token", application);
    assertProblem(answer, 410);
    assertThat(answer.body()).contains("sign in again");
    assertProblem(two.get("/v1/grants/dead/access-token", application), 410);
    assertThat(provider.calls("dead")).isEqualTo(1);
    JsonNode facts = TestService.json(one.get("/v1/grants/dead", application));
    assertThat(facts.get("state").asString()).isEqualTo("dead");
    assertThat(facts.get("deadReason").asString()).isEqualTo("invalid_grant");
    put("dead", "reborn.0", 3600);
    assertThat(two.get("/v1/grants/dead/access-token", application).statusCode()).isEqualTo(200);
  }

  @Test
  void a_delete_wins_over_a_renewal_under_way() throws Exception {
    put("race", "race.0", 1);
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    provider.hold("race", arrived, gate);
    CompletableFuture<HttpResponse<String>> reader =
        one.getAsync("/v1/grants/race/access-token", application);
    assertThat(arrived.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(two.delete("/v1/grants/race", application).statusCode()).isEqualTo(204);
    gate.countDown();
    assertProblem(reader.get(10, TimeUnit.SECONDS), 404);
    assertProblem(one.get("/v1/grants/race", application), 404);
    await(() -> provider.revoked.containsAll(List.of("race.0", "race.1")));
  }

  @Test
  void the_same_put_repeated_while_its_token_is_redeemed_loses_nothing() throws Exception {
    put("again", "again.0", 1);
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    provider.hold("again", arrived, gate);
    CompletableFuture<HttpResponse<String>> reader =
        one.getAsync("/v1/grants/again/access-token", application);
    assertThat(arrived.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(put("again", "again.0", 1).statusCode()).isEqualTo(200);
    gate.countDown();
    assertThat(reader.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    HttpResponse<String> answer = two.get("/v1/grants/again/access-token", application);
    assertThat(TestService.json(answer).get("accessToken").asString()).isEqualTo("access-again.1");
    assertThat(provider.calls("again")).isEqualTo(1);
  }

  /** A way to misbehave once; the next answer is proper. */
  interface Misbehaviour {
    void answer(HttpExchange exchange) throws Exception;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("misbehaviours")
  void what_a_provider_does_wrong_once_is_overcome(String name, Misbehaviour wrong)
      throws Exception {
    String family = "hostile-" + name;
    provider.behave(
        family,
        (exchange, _) -> {
          provider.behaveWell(family);
          try (exchange) {
            wrong.answer(exchange);
          } catch (Exception cut) {
            // The service has hung up.
          }
        });
    put(family, family + ".0", 1);
    HttpResponse<String> answer = one.get("/v1/grants/" + family + "/access-token", application);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(provider.calls(family)).isEqualTo(2);
  }

  static Stream<Arguments> misbehaviours() {
    return Stream.of(
        misbehaviour("html", it -> TestProvider.answer(it, 200, "text/html", "<h1>hello</h1>")),
        misbehaviour("500", it -> json(it, 500, "{\"error\":\"invalid_grant\"}")),
        misbehaviour("404", it -> TestProvider.answer(it, 404, "text/html", "<h1>no</h1>")),
        misbehaviour("no-token", it -> json(it, 200, "{\"token_type\":\"Bearer\"}")),
        misbehaviour("array", it -> json(it, 200, "[]")),
        misbehaviour("huge", it -> json(it, 200, "{\"access_token\":\"" + "x".repeat(1 << 20))),
        misbehaviour("cut-off", HttpExchange::close),
        misbehaviour(
            "slow",
            it -> {
              it.sendResponseHeaders(200, 0);
              it.getResponseBody().write('{');
              it.getResponseBody().flush();
              new CountDownLatch(1).await(1500, TimeUnit.MILLISECONDS);
            }),
        misbehaviour(
            "redirect",
            it -> {
              it.getResponseHeaders().set("Location", provider.url() + "/token");
              it.sendResponseHeaders(307, -1);
            }));
  }

  private static Arguments misbehaviour(String name, Misbehaviour wrong) {
    return Arguments.of(name, wrong);
  }

  @Test
  void a_token_without_a_lifetime_is_taken_to_live_for_a_while() throws Exception {
    provider.behave(
        "endless",
        (exchange, _) -> json(exchange, 200, "{\"access_token\":\"a\",\"token_type\":\"bearer\"}"));
    put("endless", "endless.0", 1);
    assertThat(one.get("/v1/grants/endless/access-token", application).statusCode()).isEqualTo(200);
    HttpResponse<String> again = one.get("/v1/grants/endless/access-token", application);
    assertThat(again.headers().firstValue("Token-Stall")).isEmpty();
    assertThat(provider.calls("endless")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{}",
        "{\"userId\":\"alice\"}",
        "{\"userId\":1,\"refreshToken\":\"r\"}",
        "{\"userId\":\"\",\"refreshToken\":\"r\"}",
        "{\"userId\":\"a\\nb\",\"refreshToken\":\"r\"}",
        "{\"userId\":\"alice\",\"refreshToken\":{}}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"expiresIn\":\"60\"}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"expiresIn\":-1}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"expiresIn\":1e99}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"expiresIn\":1e99999999999}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"x\":1e-2147483648}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"expiresIn\":99999999999999999999}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"idleTimeout\":\"soon\"}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"idleTimeout\":\"-PT1S\"}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"provider\":\"unknown\"}",
        "{\"userId\":\"alice\",\"refreshToken\":\"r\",\"refreshToken\":\"s\"}"
      })
  void what_is_no_grant_is_refused_and_nothing_is_stored(String body) throws Exception {
    assertProblem(one.put("/v1/grants/malformed", application, body), 400);
    assertProblem(one.get("/v1/grants/malformed", application), 404);
  }

  @Test
  void size_and_ids_have_bounds() throws Exception {
    String huge = body("x".repeat(70_000), 60);
    assertProblem(one.put("/v1/grants/huge", application, huge), 413);
    String longToken = body("x".repeat(20_000), 60);
    assertProblem(one.put("/v1/grants/huge", application, longToken), 400);
    for (String id : List.of("a.b", "a%20b", "%C3%A4", "x".repeat(129))) {
      assertProblem(one.put("/v1/grants/" + id, application, body("r", 60)), 400);
      assertProblem(one.get("/v1/grants/" + id + "/access-token", application), 400);
    }
    assertThat(
            one.put("/v1/grants/" + "x".repeat(128), application, body("l.0", 3600)).statusCode())
        .isEqualTo(201);
  }

  @Test
  void operators_see_totals() throws Exception {
    assertProblem(one.get("/admin/v1/stats", application), 403);
    String admin = token("kintsugi-admin", "kintsugi-admin", "kintsugi.admin");
    JsonNode stats = TestService.json(one.get("/admin/v1/stats", admin));
    for (String total :
        List.of("policy", "refreshes", "stalls", "due", "planned", "providerFailures")) {
      assertThat(stats.has(total)).as(total).isTrue();
    }
    assertThat(one.get("/actuator/health", "").statusCode()).isEqualTo(200);
    put("metered", "metered.0", 1);
    one.get("/v1/grants/metered/access-token", application);
    assertThat(one.get("/actuator/prometheus", "").body())
        .contains("kintsugi_tokens_refreshes_total")
        .contains("kintsugi_tokens_stalls")
        .doesNotContain("metered.");
  }

  @Test
  void redis_holds_no_token_in_the_clear_and_swapped_grants_are_noticed() throws Exception {
    put("swap-a", "swap-a.0", 3600);
    put("swap-b", "swap-b.0", 3600);
    RedisClient client = RedisClient.create(redis.url());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      String a = "kintsugi:grant:{webmail/swap-a}";
      String b = "kintsugi:grant:{webmail/swap-b}";
      assertThat(connection.sync().get(a))
          .startsWith("g1 ")
          .doesNotContain("swap-a.0")
          .doesNotContain("given-access");
      assertThat(connection.sync().pttl(a)).isPositive();
      connection.sync().set(a, connection.sync().get(b));
    } finally {
      client.shutdown();
    }
    HttpResponse<String> answer = one.get("/v1/grants/swap-a/access-token", application);
    assertProblem(answer, 410);
    assertThat(answer.body()).doesNotContain("given-access");
    assertProblem(one.get("/v1/grants/swap-a/access-token", alice), 404);
    assertThat(put("swap-a", "swap-c.0", 3600).statusCode()).isEqualTo(201);
    assertThat(one.get("/v1/grants/swap-a/access-token", alice).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "noise",
        "huge",
        "revision",
        "until",
        "string",
        "list",
        "hash",
        "rev",
        "huge hash"
      })
  void one_damaged_grant_is_counted_and_harms_no_other_until_another_takes_its_place(String how)
      throws Exception {
    String bad = "damaged-" + how.replace(' ', '-');
    String good = "beside-" + how.replace(' ', '-');
    String task = "g:webmail/" + bad;
    put(bad, bad + ".0", 3600);
    put(good, good + ".0", 1);
    double before = unreadable();
    RedisClient client = RedisClient.create(redis.url());
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisCommands<String, String> commands = connection.sync();
      damage(commands, "kintsugi:grant:{webmail/" + bad + "}", how);
      assertProblem(one.get("/v1/grants/" + bad + "/access-token", application), 410);
      assertProblem(one.get("/v1/grants/" + bad + "/access-token", alice), 404);
      assertProblem(one.get("/v1/grants/" + bad, application), 404);
      assertThat(unreadable()).isGreaterThan(before);
      commands.zadd("kintsugi:due", 0, task);
      commands.zadd("kintsugi:due", Double.NEGATIVE_INFINITY, "no task at all");
      commands.zadd("kintsugi:due", Double.NEGATIVE_INFINITY, "g:webmail/" + good);
      await(() -> commands.zscore("kintsugi:due", task) == null);
      await(() -> commands.zscore("kintsugi:due", "no task at all") == null);
      assertThat(one.get("/v1/grants/" + good + "/access-token", application).statusCode())
          .isEqualTo(200);
      assertThat(put(bad, bad + ".1", 3600).statusCode()).isEqualTo(201);
      assertThat(two.get("/v1/grants/" + bad + "/access-token", application).statusCode())
          .isEqualTo(200);
      damage(commands, "kintsugi:grant:{webmail/" + bad + "}", how);
      assertThat(one.delete("/v1/grants/" + bad, application).statusCode()).isEqualTo(204);
      assertProblem(one.get("/v1/grants/" + bad + "/access-token", application), 404);
    } finally {
      client.shutdown();
    }
  }

  private static void damage(RedisCommands<String, String> commands, String key, String how) {
    String whole = commands.get(key);
    String head = whole.substring(0, whole.lastIndexOf(' ') + 1);
    commands.del(key);
    switch (how) {
      case "noise" -> commands.set(key, head + "%$?");
      case "huge" -> commands.set(key, head + "A".repeat(3 << 20));
      case "revision" -> commands.set(key, whole.replaceFirst(" [0-9]+", " 1e3"));
      case "until" -> commands.set(key, whole.replaceFirst(" 0 - ", " - - "));
      case "string" -> commands.set(key, "foreign");
      case "list" -> commands.lpush(key, "foreign");
      case "hash" -> commands.hset(key, "data", "%$?");
      case "rev" -> commands.hset(key, "rev", "1e3");
      default -> commands.hset(key, "data", "A".repeat(3 << 20));
    }
  }

  private static double unreadable() throws Exception {
    return one.get("/actuator/prometheus", "")
        .body()
        .lines()
        .filter(line -> line.startsWith("kintsugi_tokens_unreadable_total"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static long generation(String id) {
    try {
      return TestService.json(one.get("/v1/grants/" + id, application)).get("generation").asLong();
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static HttpResponse<String> put(String id, String refreshToken, int seconds)
      throws Exception {
    return one.put("/v1/grants/" + id, application, body(refreshToken, seconds));
  }

  static String body(String refreshToken, int seconds) {
    return """
    {"userId":"alice","refreshToken":"%s","accessToken":"given-access","expiresIn":%d,\
    "scope":"openid"}\
    """
        .formatted(refreshToken, seconds);
  }

  private static void json(HttpExchange exchange, int status, String body)
      throws java.io.IOException {
    TestProvider.answer(exchange, status, "application/json", body);
  }

  private static String token(String client, String subject, String scope) {
    return token(issuer, client, subject, scope);
  }

  static String token(TestIssuer issuer, String client, String subject, String scope) {
    return TestIssuer.signed(
        issuer.alice().claim("client_id", client).subject(subject).claim("scope", scope).build());
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.body()).contains("\"outcome\":\"refused\"").doesNotContain("Exception");
  }

  static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
    long limit = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(limit);
      new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
    }
  }
}
