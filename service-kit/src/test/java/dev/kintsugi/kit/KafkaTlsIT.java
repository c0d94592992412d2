package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.local.embedded.EmbeddedKafka;
import dev.kintsugi.log.LogPartition;
import dev.kintsugi.log.LogReader;
import dev.kintsugi.log.LogRecord;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.LogUnavailableException;
import dev.kintsugi.log.LogWriter;
import dev.kintsugi.log.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

/** Kafka's clients against a broker that speaks TLS and wants to see a certificate. */
class KafkaTlsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Areas AREAS = Areas.of(List.of(new AreaPolicy(Area.SESSION, 1, 2, 1_000)));

  @TempDir static Path directory;

  private static TestCertificates ours;
  private static TestCertificates foreign;
  private static EmbeddedKafka kafka;

  @BeforeAll
  static void start() throws Exception {
    ours = TestCertificates.make(directory, "ours");
    foreign = TestCertificates.make(directory, "foreign");
    kafka = EmbeddedKafka.startWithTls(ours.keyStore(), TestCertificates.PASSWORD);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  private static void with(List<String> bundle, Consumer<LogSettings> use) {
    new ReactiveWebApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(SslAutoConfiguration.class, KitAutoConfiguration.class))
        .withPropertyValues(KitBundlesTest.REQUIRED)
        .withPropertyValues(
            "kintsugi.cluster.kafka.bootstrap-servers=" + kafka.tlsBootstrapServers(),
            "kintsugi.cluster.kafka.replication-factor=1",
            "kintsugi.cluster.kafka.ssl-bundle=logs")
        .withPropertyValues(bundle.toArray(String[]::new))
        .run(context -> use.accept(context.getBean(LogSettings.class)));
  }

  private static void makeTopicsPlainly() {
    LogSettings plain = new LogSettings(kafka.bootstrapServers(), "kintsugi.", (short) 1);
    new Topics(plain).ensure(AREAS, PATIENCE);
  }

  @Test
  void what_is_appended_over_tls_is_read_over_tls() {
    with(
        ours.bundle("logs"),
        settings -> {
          new Topics(settings).ensure(AREAS, PATIENCE);
          LogPartition partition = new LogPartition(new Topics(settings).nodeLeases(), 3);
          CompletableFuture<LogRecord> read = new CompletableFuture<>();
          try (LogWriter writer = new LogWriter(settings, "writer", PATIENCE);
              LogReader reader = new LogReader(settings, "reader", first(read))) {
            reader.follow(partition, LogReader.FROM_BEGINNING);
            var _ = reader.start();
            long offset =
                writer.append(partition, bytes("key"), Map.of(), Optional.of(bytes("cup"))).join();
            LogRecord found = read.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            assertThat(found.offset()).isEqualTo(offset);
            assertThat(found.value().orElseThrow()).isEqualTo(bytes("cup"));
          }
        });
  }

  @Test
  void a_client_that_does_not_trust_the_broker_sends_it_nothing() {
    makeTopicsPlainly();
    with(foreign.bundle("logs"), KafkaTlsIT::assertRefused);
  }

  @Test
  void a_client_that_shows_no_certificate_is_refused() {
    makeTopicsPlainly();
    List<String> trustOnly =
        ours.bundle("logs").stream().filter(setting -> !setting.contains(".keystore.")).toList();
    with(trustOnly, KafkaTlsIT::assertRefused);
  }

  @Test
  void a_client_that_shows_a_foreign_certificate_is_refused() {
    makeTopicsPlainly();
    List<String> foreignKey =
        Stream.concat(
                foreign.bundle("logs").stream().filter(it -> it.contains(".keystore.")),
                ours.bundle("logs").stream().filter(it -> it.contains(".truststore.")))
            .toList();
    with(foreignKey, KafkaTlsIT::assertRefused);
  }

  private static void assertRefused(LogSettings settings) {
    assertThatThrownBy(() -> new Topics(settings).ensure(AREAS, PATIENCE))
        .isInstanceOf(SslAuthenticationException.class);
    try (LogWriter writer = new LogWriter(settings, "writer", PATIENCE)) {
      assertThatThrownBy(() -> writer.prepare(new Topics(settings).nodeLeases()))
          .isInstanceOf(LogUnavailableException.class)
          .hasCauseInstanceOf(SslAuthenticationException.class);
    }
  }

  private static LogReader.Handler first(CompletableFuture<LogRecord> read) {
    return (_, records) -> read.complete(records.getFirst());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
