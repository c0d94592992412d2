package dev.kintsugi.tokens.adapter.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that are none are not fetched again for each token. */
class ProviderKeysTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{}",
        "{\"keys\":[null]}",
        "{\"keys\":[{}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}]}",
        "<h1>welcome</h1>"
      })
  void whatever_stands_where_keys_should_be_is_asked_for_once(String document) throws Exception {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("unknown").build();
    try (TestEndpoint provider = new TestEndpoint();
        HttpClient http = HttpClient.newHttpClient();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      provider.behave(exchange -> {
        byte[] body = document.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
      });
      URI where = URI.create(provider.url() + "/keys");
      ProviderKeys keys =
          new ProviderKeys(
              () -> Optional.of(where), new BoundedHttp(http), TIMEOUT, () -> 0, threads);
      for (int i = 0; i < 5; i++) {
        assertThat(keys.fitting(header)).isEmpty();
      }
      assertThat(provider.asked()).hasSize(1);
    }
  }
}
