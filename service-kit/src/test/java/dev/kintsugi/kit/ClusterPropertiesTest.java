package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

class ClusterPropertiesTest {

  @Configuration
  @EnableConfigurationProperties(ClusterProperties.class)
  static class Bound {}

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withUserConfiguration(Bound.class)
          .withPropertyValues(
              "kintsugi.cluster.slot-hash-key=000102030405060708090a0b0c0d0e0f",
              "kintsugi.cluster.session-id-key=ffeeddccbbaa99887766554433221100",
              "kintsugi.cluster.internal-secret=correct-horse-battery",
              "kintsugi.cluster.issuer=http://127.0.0.1:7401");

  @Test
  void what_is_not_said_has_its_default() {
    runner.run(context -> {
      ClusterProperties cluster = context.getBean(ClusterProperties.class);
      assertThat(cluster.areas().all())
          .extracting(policy -> policy.area().value())
          .containsExactly("mailbox-list", "message-content", "session", "settings");
      assertThat(cluster.areas().require(Area.SESSION).slots()).isEqualTo(16);
      assertThat(cluster.areas().all())
          .allMatch(policy -> policy.staleReads().equals(Duration.ofSeconds(30)));
      assertThat(cluster.plainLogSettings().bootstrapServers()).isEqualTo("127.0.0.1:7481");
      assertThat(cluster.plainLogSettings().topicPrefix()).isEqualTo("kintsugi.");
      assertThat(cluster.kafka().sslBundle()).isEmpty();
      assertThat(cluster.clockSkew()).isEqualTo(Duration.ofSeconds(2));
      assertThat(cluster.sessionIdKeyBytes()).hasSize(16);
      assertThat(cluster.slotHash()).isNotNull();
      assertThat(cluster.sessions())
          .isEqualTo(
              new ClusterProperties.SessionSettings(
                  Duration.ofMinutes(30),
                  Duration.ofHours(24),
                  0,
                  ClusterProperties.SessionSettings.WhenTooMany.END_OLDEST));
    });
  }

  @Test
  void named_areas_replace_the_usual_ones_and_session_stays() {
    runner
        .withPropertyValues(
            "kintsugi.cluster.areas.notes.slots=4",
            "kintsugi.cluster.areas.notes.copies=3",
            "kintsugi.cluster.areas.notes.max-bytes=1000",
            "kintsugi.cluster.areas.notes.stale-reads=0s")
        .run(context -> {
          ClusterProperties cluster = context.getBean(ClusterProperties.class);
          assertThat(cluster.areas().all())
              .extracting(policy -> policy.area().value())
              .containsExactly("notes", "session");
          assertThat(cluster.areas().require(new Area("notes")).maxBytes()).isEqualTo(1000);
          assertThat(cluster.areas().require(new Area("notes")).allowsStaleReads()).isFalse();
          assertThat(cluster.areas().require(Area.SESSION).allowsStaleReads()).isTrue();
        });
  }

  @Test
  void sessions_have_limits_where_some_are_named() {
    runner
        .withPropertyValues(
            "kintsugi.cluster.sessions.idle-timeout=PT5M",
            "kintsugi.cluster.sessions.absolute-timeout=8h",
            "kintsugi.cluster.sessions.max-per-user=3",
            "kintsugi.cluster.sessions.when-too-many=refuse")
        .run(context ->
            assertThat(context.getBean(ClusterProperties.class).sessions())
                .isEqualTo(
                    new ClusterProperties.SessionSettings(
                        Duration.ofMinutes(5),
                        Duration.ofHours(8),
                        3,
                        ClusterProperties.SessionSettings.WhenTooMany.REFUSE)));
  }

  @Test
  void secrets_are_not_shown() {
    runner.run(context ->
        assertThat(context.getBean(ClusterProperties.class).toString())
            .contains("127.0.0.1:7401")
            .doesNotContain("correct-horse", "ffeedd", "000102"));
  }

  @ParameterizedTest
  @CsvSource({
    "slot-hash-key=12, slot-hash-key must be 32 hexadecimal digits",
    "slot-hash-key=, slot-hash-key must be 32 hexadecimal digits",
    "slot-hash-key=zz0102030405060708090a0b0c0d0e0f, slot-hash-key must be",
    "session-id-key=0001, session-id-key must be at least 32",
    "internal-secret=short, internal-secret must be at least 16",
    "internal-secret=with blanks in its middle, internal-secret must be at least 16",
    "issuer=, issuer must be the http or https URL",
    "issuer=ftp://x, issuer must be the http or https URL",
    "issuer=http:x y, issuer must be the http or https URL",
    "clock-skew=-1s, clock-skew must be 0s to 60s",
    "clock-skew=2h, clock-skew must be 0s to 60s",
    "areas.notes.slots=0, slots of area notes must be 1 to 16384",
    "areas.notes.copies=1, copies of area notes must be 2 to 5",
    "areas.notes.max-bytes=10000000, max bytes of area notes must be",
    "areas.[NOTES].slots=3, an area must be 1 to 32 lower-case",
    "kafka.bootstrap-servers=, kintsugi.cluster.kafka: bootstrap servers must name",
    "kafka.replication-factor=0, kintsugi.cluster.kafka: the replication factor must be",
    "kafka.replication-factor=many, replication-factor",
    "kafka.ssl-bundel=x, kintsugi.cluster.kafka.ssl-bundel",
    "sessions.idle-timeout=0s, sessions.idle-timeout must be 1 ms to 3650 days",
    "sessions.idle-timeout=25h, sessions.idle-timeout must not be longer than sessions.absolute",
    "sessions.absolute-timeout=4000d, sessions.absolute-timeout must be 1 ms to 3650 days",
    "sessions.absolute-timeout=soon, absolute-timeout",
    "sessions.max-per-user=-1, sessions.max-per-user must be 0 (no limit) to 10000",
    "sessions.max-per-user=10001, sessions.max-per-user must be 0 (no limit) to 10000",
    "sessions.when-too-many=shrug, when-too-many",
    "sessions.max-per-usr=1, kintsugi.cluster.sessions.max-per-usr",
    "colour=red, kintsugi.cluster.colour",
  })
  void a_bad_value_stops_the_start_and_names_the_key(String setting, String message) {
    runner
        .withPropertyValues("kintsugi.cluster." + setting)
        .run(context -> {
          assertThat(context).hasFailed();
          assertThat(everyMessage(context.getStartupFailure())).contains(message);
        });
  }

  private static String everyMessage(Throwable failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable at = failure; at != null; at = at.getCause()) {
      all.append(at.getMessage()).append('\n');
    }
    return all.toString();
  }
}
