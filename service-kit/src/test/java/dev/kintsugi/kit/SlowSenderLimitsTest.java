package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.ssl.SslBundles;

/**
 * Limits for slow senders that need a service of their own. One that stops takes the event loops of
 * all others in the process with it, so there is one at a time.
 */
@Timeout(60)
class SlowSenderLimitsTest {

  private static TestIssuer issuer;

  @BeforeAll
  static void start() throws Exception {
    issuer = new TestIssuer();
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  @Test
  void clients_of_the_services_let_go_of_idle_connections_first() {
    Duration client =
        Duration.ofSeconds(Integer.getInteger("jdk.httpclient.keepalive.timeout", 30));
    try (TestService usual = new TestService(issuer.url())) {
      assertThat(usual.bean(ServerProperties.class).idleTimeout())
          .isGreaterThan(client.plusSeconds(5));
    }
  }

  @Test
  void half_a_head_and_half_a_body_are_not_waited_for_over_tls(@TempDir Path directory)
      throws Exception {
    List<String> settings =
        new ArrayList<>(TestCertificates.make(directory, "server").bundle("server"));
    settings.add("server.ssl.bundle=server");
    settings.add("kintsugi.server.header-timeout=300ms");
    settings.add("kintsugi.server.body-pause=300ms");
    try (TestService secured = new TestService(issuer.url(), settings.toArray(String[]::new))) {
      SSLContext tls = secured.bean(SslBundles.class).getBundle("server").createSslContext();
      for (String half : List.of("GET /open HTTP/1.1\r\nHost:", SlowSenderTest.post(issuer))) {
        try (Socket plain = SlowSenderTest.connected(secured);
            Socket socket =
                tls.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true)) {
          SlowSenderTest.send(socket, half);
          assertThat(SlowSenderTest.answerUntilClosed(socket)).doesNotContain("200");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "header-timeout,0s",
    "body-pause,-1s",
    "body-timeout,2d",
    "idle-timeout,0.5ms",
    "idle-timeouts,1s"
  })
  void a_senseless_limit_stops_the_start(String key, String value) {
    assertThatThrownBy(
            () -> new TestService(issuer.url(), "kintsugi.server." + key + "=" + value).close())
        .hasStackTraceContaining("kintsugi.server");
  }
}
