package dev.kintsugi.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JdkTransportTest extends TransportContract {

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  @AfterEach
  void close() {
    http.shutdownNow();
  }

  @Override
  protected Transport transport() {
    return new JdkTransport(http);
  }

  @Test
  void a_client_that_follows_redirects_is_refused() {
    try (HttpClient following =
        HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build()) {
      assertThatThrownBy(() -> new JdkTransport(following))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("redirects");
    }
  }
}
