package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.kit.TestIssuer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Redis goes away and comes back, the provider fails for long. Where Redis comes from is for the
 * classes below to say.
 */
abstract class OutageOnRedis {

  private TestIssuer issuer;
  private TestRedis redis;
  private TestProvider provider;
  private TestService service;
  private String application;

  /** Starts a Redis of its own, which keeps its data in the directory if it needs one. */
  abstract TestRedis startRedis(Path directory) throws Exception;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    issuer = new TestIssuer();
    redis = startRedis(directory);
    provider = new TestProvider();
    service =
        new TestService(
            issuer.url(),
            redis.url(),
            "--kintsugi.tokens.policy=reactive",
            "--kintsugi.tokens.stall-limit=2s",
            "--kintsugi.tokens.redis-timeout=500ms",
            "--kintsugi.tokens.providers.idp.token-endpoint=" + provider.url() + "/token",
            "--kintsugi.tokens.providers.idp.client-id=webmail",
            "--kintsugi.tokens.providers.idp.timeout=1s");
    application =
        TestIssuer.signed(
            issuer
                .alice()
                .claim("client_id", "webmail")
                .claim("scope", "kintsugi.any-user")
                .build());
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
    provider.close();
    redis.close();
    issuer.close();
  }

  @Test
  void while_redis_is_away_good_tokens_are_served_from_memory() throws Exception {
    put("kept", 3600);
    put("short", 1);
    assertThat(get("kept").statusCode()).isEqualTo(200);

    redis.stop();
    HttpResponse<String> cached = get("kept");
    assertThat(cached.statusCode()).as(cached.body()).isEqualTo(200);
    assertThat(cached.headers().firstValue("Token-Cached")).hasValue("true");
    HttpResponse<String> ended = get("short");
    assertThat(ended.statusCode()).isEqualTo(503);
    assertThat(ended.headers().firstValue("Retry-After")).isPresent();
    assertThat(provider.calls("short")).as("redeemed while nothing can be stored").isZero();
    assertThat(get("unknown").statusCode()).isEqualTo(503);
    assertThat(put("new", 60).statusCode()).isIn(503, 504);
    assertThat(service.delete("/v1/grants/kept", application).statusCode()).isIn(503, 504);
    assertThat(service.get("/actuator/health", "").statusCode()).isEqualTo(503);
    assertThat(service.get("/actuator/health/readiness", "").statusCode()).isEqualTo(200);

    redis.start();
    TokensOnRedis.await(() -> status("kept") == 200 && !cached("kept"));
    assertThat(get("short").statusCode()).isEqualTo(200);
    assertThat(provider.calls("short")).isEqualTo(1);
  }

  @Test
  void a_new_refresh_token_survives_redis_going_away_while_it_is_fetched() throws Exception {
    put("rotated", 1);
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    provider.lifetimeSeconds = 2;
    provider.hold("rotated", arrived, gate);
    CompletableFuture<HttpResponse<String>> reader =
        service.getAsync("/v1/grants/rotated/access-token", application);
    assertThat(arrived.await(5, TimeUnit.SECONDS)).isTrue();
    redis.stop();
    gate.countDown();
    HttpResponse<String> answer = reader.get(10, TimeUnit.SECONDS);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).contains("access-rotated.1");

    redis.start();
    TokensOnRedis.await(() -> status("rotated") == 200 && provider.calls("rotated") == 2);
    assertThat(get("rotated").body()).contains("access-rotated.");
    assertThat(
            TestService.json(service.get("/v1/grants/rotated", application))
                .get("state")
                .asString())
        .isEqualTo("live");
  }

  @Test
  void while_the_provider_asks_to_be_left_alone_it_is() throws Exception {
    provider.behave(
        "busy",
        (exchange, _) -> {
          exchange.getResponseHeaders().set("Retry-After", "30");
          TestProvider.answer(exchange, 429, "text/plain", "slow down");
        });
    put("busy", 1);
    for (int i = 0; i < 5; i++) {
      HttpResponse<String> answer = get("busy");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Token-Stall")).hasValue("true");
      assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
          .isBetween(25, 32);
    }
    assertThat(provider.calls("busy")).isEqualTo(1);
  }

  @Test
  void a_provider_that_is_away_is_hardly_asked_and_valid_tokens_are_served() throws Exception {
    List<String> ids = IntStream.range(0, 40).mapToObj(i -> "away-" + i).toList();
    put("valid", 3600);
    for (String id : ids) {
      provider.behave(
          id, (exchange, _) -> TestProvider.answer(exchange, 503, "text/plain", "away"));
      put(id, 1);
    }
    List<CompletableFuture<HttpResponse<String>>> all =
        ids.stream()
            .map(id -> service.getAsync("/v1/grants/" + id + "/access-token", application))
            .toList();
    assertThat(get("valid").statusCode()).isEqualTo(200);
    for (CompletableFuture<HttpResponse<String>> each : all) {
      HttpResponse<String> answer = each.get(10, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }
    assertThat(ids.stream().mapToInt(provider::calls).sum()).isLessThan(60);
    assertThat(service.get("/actuator/prometheus", "").body())
        .contains("kintsugi_tokens_provider_away{provider=\"idp\"} 1.0")
        .contains("kintsugi_tokens_held_back_total{provider=\"idp\",reason=\"circuit-open\"}");
    ids.forEach(provider::behaveWell);
    for (String id : ids) {
      TokensOnRedis.await(() -> status(id) == 200);
    }
  }

  private HttpResponse<String> put(String id, int seconds) throws Exception {
    return service.put(
        "/v1/grants/" + id,
        application,
        "{\"userId\":\"alice\",\"refreshToken\":\"%s.0\",\"accessToken\":\"a\",\"expiresIn\":%d}"
            .formatted(id, seconds));
  }

  private HttpResponse<String> get(String id) throws Exception {
    return service.get("/v1/grants/" + id + "/access-token", application);
  }

  private int status(String id) {
    try {
      return get(id).statusCode();
    } catch (Exception failed) {
      return 0;
    }
  }

  private boolean cached(String id) {
    try {
      return get(id).headers().firstValue("Token-Cached").isPresent();
    } catch (Exception failed) {
      return true;
    }
  }
}
