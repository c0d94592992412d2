package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.proto.ActivityEvent;
import dev.kintsugi.tokens.domain.RefreshPolicy.Decision;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.TokenRuntime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two instances on a real broker and a real Redis, in a world that goes sixty times as fast as the
 * clock: tokens live six seconds, which are six minutes of activity.
 */
@Timeout(240)
class PredictiveIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int SPEED = 60;
  private static final int TOKEN_SECONDS = 6;
  private static final int USERS = 30;

  private TestIssuer issuer;
  private EmbeddedKafka kafka;
  private RedisProcess redis;
  private TestProvider provider;
  private TestService one;
  private TestService two;
  private String application;
  private String admin;
  private LogSettings settings;
  private KafkaProducer<byte[], byte[]> producer;
  private final ScheduledExecutorService world = Executors.newSingleThreadScheduledExecutor();
  private Instant tracedNow;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    issuer = new TestIssuer();
    kafka = EmbeddedKafka.start();
    settings = new LogSettings(kafka.bootstrapServers(), "kintsugi.", (short) 1);
    new Topics(settings)
        .ensure(Areas.of(List.of(new AreaPolicy(Area.SESSION, 2, 2, 1_000))), PATIENCE);
    producer =
        new KafkaProducer<>(
            settings.clientSettings(), new ByteArraySerializer(), new ByteArraySerializer());
    redis = new RedisProcess(directory);
    provider = new TestProvider();
    provider.lifetimeSeconds = TOKEN_SECONDS;
    application = token("webmail", "kintsugi.any-user");
    admin = token("operator", "kintsugi.admin");
    history();
    one = instance();
    two = instance();
    // Each has a share of the users: who sleeps where is known only where the models stay.
    await()
        .atMost(PATIENCE)
        .until(() -> {
          double first = metric(one, "kintsugi_tokens_forecast_users");
          double second = metric(two, "kintsugi_tokens_forecast_users");
          return first > 0 && second > 0 && first + second == USERS + 2;
        });
    for (TestService each : List.of(one, two)) {
      assertThat(
              each.put("/admin/v1/activity-speed", admin, "{\"speed\":" + SPEED + "}").statusCode())
          .isEqualTo(200);
    }
  }

  @AfterEach
  void stop() throws Exception {
    world.shutdownNow();
    one.close();
    two.close();
    provider.close();
    redis.close();
    producer.close();
    kafka.close();
    issuer.close();
  }

  private String token(String client, String scope) {
    return TestIssuer.signed(
        issuer.alice().claim("client_id", client).claim("scope", scope).build());
  }

  private TestService instance() {
    return new TestService(
        issuer.url(),
        redis.url(),
        "--kintsugi.cluster.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
        "--kintsugi.cluster.kafka.replication-factor=1",
        "--kintsugi.tokens.policy=predictive",
        "--kintsugi.tokens.forecast.renewal-cost=0.3",
        "--kintsugi.tokens.forecast.checkpoint=1s",
        "--kintsugi.tokens.providers.idp.token-endpoint=" + provider.url() + "/token",
        "--kintsugi.tokens.providers.idp.client-id=webmail",
        "--kintsugi.tokens.providers.idp.timeout=1s");
  }

  /** Steady is there every two minutes, rare once in two days for ten, the others now and then. */
  private void history() {
    Random random = new Random(11);
    Instant from = Instant.now().minus(Duration.ofDays(10));
    for (int minute = 0; minute < 6 * 24 * 60; minute++) {
      Instant at = from.plus(Duration.ofMinutes(minute));
      if (minute % 2 == 0) {
        send("steady", at);
      }
      if (minute % (48 * 60) < 10 && minute % 2 == 0) {
        send("rare", at.plusSeconds(1));
      }
      send("user-" + random.nextInt(USERS), at.plusSeconds(2));
    }
    producer.flush();
    tracedNow = from.plus(Duration.ofDays(6));
  }

  private void send(String user, Instant at) {
    byte[] event =
        ActivityEvent.newBuilder()
            .setApplication("webmail")
            .setUserId(user)
            .setKind("message-content.read")
            .setAtMillis(at.toEpochMilli())
            .build()
            .toByteArray();
    var _ =
        producer.send(
            new ProducerRecord<>(
                new Topics(settings).activity(),
                ("webmail/" + user).getBytes(StandardCharsets.UTF_8),
                event));
  }

  /** From now on steady is there every two minutes of the world. */
  private void steadyGoesOn() {
    AtomicInteger count = new AtomicInteger();
    var _ =
        world.scheduleAtFixedRate(
            () -> {
              send("steady", tracedNow.plusSeconds(120L * count.incrementAndGet()));
              producer.flush();
            },
            0,
            120 / SPEED,
            TimeUnit.SECONDS);
  }

  private void put(String user) throws Exception {
    String body =
        """
        {"userId":"%1$s","refreshToken":"%1$s.0","accessToken":"given","expiresIn":%2$d,\
        "idleTimeout":"PT30S"}\
        """
            .formatted(user, TOKEN_SECONDS);
    assertThat(one.put("/v1/grants/" + user, application, body).statusCode()).isEqualTo(201);
  }

  /** The sum over all tags. */
  private static double metric(TestService service, String name) throws Exception {
    return Arrays.stream(service.get("/actuator/prometheus", "").body().split("\n"))
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private boolean notRenewed(String user) {
    UserKey key = new UserKey(new ApplicationId("webmail"), new UserId(user));
    return Stream.of(one, two)
        .flatMap(each -> each.bean(TokenRuntime.class).decisions().of(key).stream())
        .anyMatch(decided -> decided.decision() instanceof Decision.Never);
  }

  @Test
  void who_will_need_a_token_has_one_and_who_is_gone_gets_one_when_active_again() throws Exception {
    steadyGoesOn();
    put("steady");
    put("rare");
    await().atMost(PATIENCE).until(() -> provider.calls("steady") >= 2);
    await().atMost(PATIENCE).until(() -> notRenewed("rare"));
    // Models that lag for a moment leave the decision to the threshold: not necessarily none.
    int before = provider.calls("rare");
    send("rare", tracedNow.plus(Duration.ofHours(12)));
    producer.flush();
    await().atMost(PATIENCE).until(() -> provider.calls("rare") > before);
    assertThat(one.get("/v1/grants/steady/access-token", application).statusCode()).isEqualTo(200);
  }

  @Test
  void when_an_instance_goes_the_other_one_renews_for_its_users() throws Exception {
    steadyGoesOn();
    put("steady");
    await().atMost(PATIENCE).until(() -> provider.calls("steady") >= 1);
    one.stopWorking();
    await()
        .atMost(PATIENCE)
        .until(() -> metric(two, "kintsugi_tokens_forecast_users") == USERS + 2);
    int before = provider.calls("steady");
    await().atMost(PATIENCE).until(() -> provider.calls("steady") >= before + 2);
    assertThat(two.get("/v1/grants/steady/access-token", application).statusCode()).isEqualTo(200);
    assertThat(metric(two, "kintsugi_tokens_forecast_unreadable_total")).isZero();
  }

  @Test
  void the_speed_of_activity_is_set_by_operators_alone_and_to_sensible_values() throws Exception {
    assertThat(one.put("/admin/v1/activity-speed", application, "{\"speed\":2}").statusCode())
        .isEqualTo(403);
    for (String bad :
        List.of(
            "",
            "{}",
            "{\"speed\":0}",
            "{\"speed\":-1}",
            "{\"speed\":\"2\"}",
            "[1",
            "{\"speed\":1e9}")) {
      assertThat(one.put("/admin/v1/activity-speed", admin, bad).statusCode())
          .as(bad)
          .isEqualTo(400);
    }
    assertThat(one.put("/admin/v1/activity-speed", admin, "x".repeat(5_000)).statusCode())
        .isEqualTo(413);
    assertThat(one.get("/admin/v1/activity-speed", admin).body()).contains("60.0");
  }
}
