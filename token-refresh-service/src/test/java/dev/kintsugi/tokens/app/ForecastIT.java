package dev.kintsugi.tokens.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.kit.TestIssuer;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.proto.ActivityEvent;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The service as it is wired: activity comes in through Kafka, and can be looked at. */
@Timeout(180)
class ForecastIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String ALICE = "/admin/v1/users/alice/forecast?application=webmail";
  private static final int REQUESTS = 30;

  @Test
  void activity_that_came_through_kafka_is_shown(@TempDir Path directory) throws Exception {
    try (TestIssuer issuer = new TestIssuer();
        TestRedis redis = new RedisProcess(directory);
        EmbeddedKafka kafka = kafka();
        TestService service =
            service(
                issuer,
                redis,
                "--kintsugi.tokens.policy=predictive",
                "--kintsugi.cluster.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                "--kintsugi.cluster.kafka.replication-factor=1")) {
      String admin = token(issuer, "kintsugi.admin");
      send(kafka.bootstrapServers());
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() ->
              TestService.json(service.get(ALICE, admin)).at("/activity/requests").asInt()
                  == REQUESTS);
      JsonNode shown = TestService.json(service.get(ALICE, admin));
      assertThat(shown.get("policy").asString()).isEqualTo("predictive");
      assertThat(shown.at("/forecast/curve").size()).isGreaterThan(90);
      assertThat(shown.get("decisions").size()).isZero();
      assertThat(service.get(ALICE, token(issuer, "openid")).statusCode()).isEqualTo(403);
      assertThat(service.get("/forecast", "").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void without_forecasts_it_says_why_there_is_none(@TempDir Path directory) throws Exception {
    try (TestIssuer issuer = new TestIssuer();
        TestRedis redis = new RedisProcess(directory);
        TestService service = service(issuer, redis, "--kintsugi.tokens.policy=threshold")) {
      HttpResponse<String> answer = service.get(ALICE, token(issuer, "kintsugi.admin"));
      assertThat(answer.statusCode()).isEqualTo(409);
      assertThat(answer.body()).contains("The policy is threshold");
    }
  }

  private static TestService service(
      TestIssuer issuer, TestRedis redis, String first, String... more) {
    String[] settings = new String[more.length + 3];
    settings[0] = first;
    settings[1] = "--kintsugi.tokens.providers.idp.token-endpoint=" + issuer.url() + "/token";
    settings[2] = "--kintsugi.tokens.providers.idp.client-id=webmail";
    System.arraycopy(more, 0, settings, 3, more.length);
    return new TestService(issuer.url(), redis.url(), settings);
  }

  /** With the topics that the other services make. */
  private static EmbeddedKafka kafka() {
    EmbeddedKafka kafka = EmbeddedKafka.start();
    Areas areas = Areas.of(List.of(new AreaPolicy(Area.SESSION, 2, 2, 1_000)));
    new Topics(settings(kafka.bootstrapServers())).ensure(areas, PATIENCE);
    return kafka;
  }

  private static LogSettings settings(String bootstrapServers) {
    return new LogSettings(bootstrapServers, "kintsugi.", (short) 1);
  }

  private static String token(TestIssuer issuer, String scope) {
    return TestIssuer.signed(issuer.alice().claim("scope", scope).build());
  }

  private static void send(String bootstrapServers) {
    LogSettings settings = settings(bootstrapServers);
    long start = Instant.now().minus(Duration.ofHours(1)).toEpochMilli();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            settings.clientSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < REQUESTS; i++) {
        byte[] event =
            ActivityEvent.newBuilder()
                .setApplication("webmail")
                .setUserId("alice")
                .setKind("mail.read")
                .setAtMillis(start + i * 100_000L)
                .build()
                .toByteArray();
        var _ =
            producer.send(
                new ProducerRecord<>(
                    new Topics(settings).activity(),
                    "webmail/alice".getBytes(StandardCharsets.UTF_8),
                    event));
      }
    }
  }
}
