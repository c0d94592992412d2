package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.log.LogSettings;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class KitBundlesTest {

  static final String[] REQUIRED = {
    "kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
    "kintsugi.cluster.session-id-key=ffeeddccbbaa99887766554433221100",
    "kintsugi.cluster.internal-secret=correct-horse-battery",
    "kintsugi.cluster.issuer=http://127.0.0.1:7401"
  };

  /** Stands for a service that uses Kafka. */
  @Configuration
  static class UsesKafka {
    @Bean
    String whereTheLogsAre(LogSettings settings) {
      return settings.bootstrapServers();
    }
  }

  private final ReactiveWebApplicationContextRunner runner =
      new ReactiveWebApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(SslAutoConfiguration.class, KitAutoConfiguration.class))
          .withPropertyValues(REQUIRED);

  @Test
  void plain_text_by_default() {
    runner
        .withUserConfiguration(UsesKafka.class)
        .run(context -> assertThat(context.getBean(LogSettings.class).tls()).isEmpty());
  }

  @Test
  void the_named_bundle_encrypts_and_its_options_are_kept(@TempDir Path directory)
      throws Exception {
    TestCertificates ours = TestCertificates.make(directory, "ours");
    runner
        .withPropertyValues(ours.bundle("logs").toArray(String[]::new))
        .withPropertyValues(
            "kintsugi.cluster.kafka.ssl-bundle=logs",
            "kintsugi.cluster.ssl-bundle=logs",
            "spring.ssl.bundle.jks.logs.options.enabled-protocols=TLSv1.3",
            "spring.ssl.bundle.jks.logs.options.ciphers=TLS_AES_256_GCM_SHA384")
        .run(context -> {
          assertThat(context.getBean(HttpClient.class)).isNotNull();
          var tls = context.getBean(LogSettings.class).tls().orElseThrow();
          assertThat(tls.protocols().orElseThrow()).containsExactly("TLSv1.3");
          assertThat(tls.ciphers().orElseThrow()).containsExactly("TLS_AES_256_GCM_SHA384");
        });
  }

  @Test
  void a_bundle_of_kafka_that_there_is_not_stops_the_start() {
    runner
        .withUserConfiguration(UsesKafka.class)
        .withPropertyValues("kintsugi.cluster.kafka.ssl-bundle=lgos")
        .run(context ->
            assertThat(context.getStartupFailure())
                .hasStackTraceContaining(
                    "kintsugi.cluster.kafka.ssl-bundle names the SSL bundle \"lgos\", which there is"
                        + " not: define it as spring.ssl.bundle.pem.lgos"));
  }

  @Test
  void a_bundle_of_http_that_there_is_not_stops_the_start() {
    runner
        .withPropertyValues("kintsugi.cluster.ssl-bundle=lgos")
        .run(context ->
            assertThat(context.getStartupFailure())
                .hasStackTraceContaining(
                    "kintsugi.cluster.ssl-bundle names the SSL bundle \"lgos\""));
  }

  @Test
  void a_bundle_that_cannot_be_read_stops_the_start(@TempDir Path directory) throws IOException {
    Path broken = Files.writeString(directory.resolve("broken.p12"), "no key store");
    runner
        .withUserConfiguration(UsesKafka.class)
        .withPropertyValues(
            "kintsugi.cluster.kafka.ssl-bundle=logs",
            "spring.ssl.bundle.jks.logs.truststore.location=file:" + broken,
            "spring.ssl.bundle.jks.logs.truststore.password=changeit")
        .run(context ->
            assertThat(context.getStartupFailure())
                .hasStackTraceContaining(
                    "kintsugi.cluster.kafka.ssl-bundle names the SSL bundle \"logs\", which cannot"
                        + " be used: "));
  }

  @Test
  void a_service_without_kafka_needs_no_bundle_of_it() {
    runner
        .withPropertyValues("kintsugi.cluster.kafka.ssl-bundle=elsewhere")
        .run(context -> assertThat(context).hasNotFailed());
  }
}
