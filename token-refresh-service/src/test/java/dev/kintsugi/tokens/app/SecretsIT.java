package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.kintsugi.kit.TestIssuer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A grant's whole life, and all that can go wrong in it, with secrets that are easy to find: none
 * is in what the service logs, counts, keeps or answers. Only who asks for an access token gets it.
 */
@Timeout(120)
class SecretsIT {

  /** Part of every token and password. */
  private static final String MARK = "s3cr3t";

  private static final String ENCRYPTION_KEY = "5a5a5a5a";
  private static final List<String> ECHOES =
      List.of("described", "named", "html", "server-error", "refused", "busy", "odd-token");

  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final List<String> shown = new ArrayList<>();

  @Test
  void no_secret_is_logged_counted_kept_in_the_clear_or_told(@TempDir Path directory)
      throws Exception {
    PrintStream console = System.out;
    System.setOut(new PrintStream(both(console), true, StandardCharsets.UTF_8));
    String application;
    try (TestIssuer issuer = new TestIssuer();
        TestProvider provider = new TestProvider();
        RedisProcess redis = new RedisProcess(directory);
        TestService service = service(issuer, provider, redis)) {
      application = TokensOnRedis.token(issuer, "webmail", "webmail", "kintsugi.any-user");
      new Life(service, provider, redis, application).run();
    } finally {
      System.setOut(console);
    }
    String log = logged.toString(StandardCharsets.UTF_8);
    assertThat(log).as("what is logged at all").contains("grant webmail/damaged");
    for (String text : List.of(log, String.join("\n", shown))) {
      for (String secret :
          List.of(
              MARK,
              Base64.getEncoder()
                  .encodeToString(("webmail:" + MARK).getBytes(StandardCharsets.UTF_8)),
              ENCRYPTION_KEY,
              "Bearer ",
              application.substring(application.lastIndexOf('.')))) {
        assertThat(lineWith(text, secret)).as(secret).isEmpty();
      }
    }
  }

  /** The line alone: all of the log would hide what is wrong. */
  private static String lineWith(String text, String secret) {
    return text.lines().filter(line -> line.contains(secret)).findFirst().orElse("");
  }

  private OutputStream both(OutputStream console) {
    return new OutputStream() {
      @Override
      public synchronized void write(int one) throws IOException {
        console.write(one);
        logged.write(one);
      }

      @Override
      public synchronized void write(byte[] bytes, int from, int count) throws IOException {
        console.write(bytes, from, count);
        logged.write(bytes, from, count);
      }
    };
  }

  private static TestService service(TestIssuer issuer, TestProvider provider, RedisProcess redis) {
    return new TestService(
        issuer.url(),
        redis.url().replace("redis://", "redis://:" + MARK + "-redis@"),
        "--logging.level.dev.kintsugi=TRACE",
        "--debug=false",
        "--kintsugi.tokens.stall-limit=600ms",
        "--kintsugi.tokens.redis-timeout=500ms",
        "--kintsugi.tokens.providers.idp.token-endpoint=" + provider.url() + "/token",
        "--kintsugi.tokens.providers.idp.revocation-endpoint=" + provider.url() + "/revoke",
        "--kintsugi.tokens.providers.idp.client-id=webmail",
        "--kintsugi.tokens.providers.idp.client-secret=" + MARK + "-client",
        "--kintsugi.tokens.providers.idp.timeout=1s");
  }

  /** What happens. */
  private final class Life {

    private final TestService service;
    private final TestProvider provider;
    private final RedisProcess redis;
    private final String application;

    Life(TestService service, TestProvider provider, RedisProcess redis, String application) {
      this.service = service;
      this.provider = provider;
      this.redis = redis;
      this.application = application;
    }

    void run() throws Exception {
      put("life", 1);
      assertThat(token("life").body()).contains(MARK + "-life.1");
      show(service.get("/v1/grants/life", application));
      show(service.verdicts("0123456789abcdef", grants("life")));
      malformed();
      for (String how : ECHOES) {
        provider.behave(MARK + "-" + how, (exchange, token) -> echo(exchange, how, token));
        put(how, 1);
        HttpResponse<String> answer = token(how);
        assertThat(answer.statusCode()).as(how).isIn(410, 503);
        show(answer);
        show(service.get("/v1/grants/" + how, application));
      }
      damaged();
      show(service.delete("/v1/grants/life", application));
      TokensOnRedis.await(() -> provider.revoked.contains(MARK + "-life.1"));
      away();
      show(service.get("/actuator/health", ""));
      HttpResponse<String> metrics = service.get("/actuator/prometheus", "");
      assertThat(metrics.body()).contains("kintsugi_tokens_refreshes_total");
      show(metrics);
    }

    private void malformed() throws Exception {
      String secret = MARK + "-malformed";
      for (String body :
          List.of(
              "{\"userId\":\"alice\",\"refreshToken\":\"" + secret,
              "{\"userId\":\"alice\",\"refreshToken\":\"" + secret + "\",\"expiresIn\":\"x\"}",
              "{\"userId\":\"alice\",\"refreshToken\":[\"" + secret + "\"]}",
              "{\"refreshToken\":\"" + secret + "\"}",
              "{\"userId\":\"alice\",\"refreshToken\":\"" + secret + "x".repeat(20_000) + "\"}",
              "{\"userId\":\"alice\",\"refreshToken\":\"" + secret + "x".repeat(70_000) + "\"}",
              secret)) {
        HttpResponse<String> answer = service.put("/v1/grants/malformed", application, body);
        assertThat(answer.statusCode()).as(answer.body()).isIn(400, 413);
        show(answer);
      }
    }

    private void damaged() throws Exception {
      put("damaged", 3600);
      RedisClient client = RedisClient.create(redis.url());
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        RedisCommands<String, String> commands = connection.sync();
        for (String key : commands.keys("*")) {
          if (commands.type(key).equals("string")) {
            shown.add(key + " " + commands.get(key));
          } else {
            shown.add(key + " " + commands.zrangeWithScores(key, 0, -1));
          }
        }
        String key = "kintsugi:grant:{webmail/damaged}";
        commands.set(key, commands.get(key) + "AAAA");
      } finally {
        client.shutdown();
      }
      show(token("damaged"));
      show(service.delete("/v1/grants/damaged", application));
    }

    private void away() throws Exception {
      put("away", 1);
      CountedHold hold = new CountedHold();
      provider.behave(MARK + "-away", hold::answer);
      redis.stop();
      show(token("away"));
      show(service.put("/v1/grants/late", application, TokensOnRedis.body(MARK + "-late.0", 1)));
      show(service.delete("/v1/grants/away", application));
      assertThat(hold.calls).as("redeemed while nothing can be stored").isZero();
      redis.start();
      provider.behaveWell(MARK + "-away");
      TokensOnRedis.await(() -> status("away") == 200);
    }

    private int status(String id) {
      try {
        return token(id).statusCode();
      } catch (Exception failed) {
        return 0;
      }
    }

    private void put(String id, int seconds) throws Exception {
      String body =
          """
          {"userId":"alice","refreshToken":"%1$s-%2$s.0","accessToken":"%1$s-given",\
          "expiresIn":%3$d}\
          """
              .formatted(MARK, id, seconds);
      HttpResponse<String> answer = service.put("/v1/grants/" + id, application, body);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
      show(answer);
    }

    private HttpResponse<String> token(String id) throws Exception {
      return service.get("/v1/grants/" + id + "/access-token", application);
    }

    private String grants(String id) {
      return "{\"grants\":[{\"application\":\"webmail\",\"id\":\"" + id + "\"}]}";
    }

    private void show(HttpResponse<String> answer) {
      shown.add(answer.statusCode() + " " + answer.headers().map() + " " + answer.body());
    }
  }

  private static final class CountedHold {
    private volatile int calls;

    private synchronized void answer(HttpExchange exchange, String token) throws IOException {
      calls++;
      TestProvider.answer(exchange, 500, "text/plain", token);
    }
  }

  /** A provider that repeats what it was sent. */
  private static void echo(HttpExchange exchange, String how, String token) throws IOException {
    exchange.getResponseHeaders().set("X-Echo", token);
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    switch (how) {
      case "described" ->
          json(
              exchange,
              400,
              "{\"error\":\"invalid_request\",\"error_description\":\"%s %s\"}"
                  .formatted(token, header));
      case "named" -> json(exchange, 400, "{\"error\":\"" + token + "\"}");
      case "html" -> TestProvider.answer(exchange, 200, "text/html", "<h1>" + token + "</h1>");
      case "server-error" -> TestProvider.answer(exchange, 500, "text/plain", token);
      case "busy" -> {
        exchange.getResponseHeaders().set("Retry-After", token);
        json(exchange, 429, "{\"error\":\"slow_down " + token + "\"}");
      }
      case "odd-token" ->
          json(exchange, 200, "{\"access_token\":{\"v\":\"" + token + "\"},\"expires_in\":\"x\"}");
      default ->
          json(
              exchange,
              400,
              "{\"error\":\"invalid_grant\",\"error_description\":\"" + token + "\"}");
    }
  }

  private static void json(HttpExchange exchange, int status, String body) throws IOException {
    TestProvider.answer(exchange, status, "application/json", body);
  }
}
