package dev.kintsugi.tokens.adapter.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TokenAnswersTest {

  private static JsonNode answer(String lifetime) {
    String json = "{\"expires_in\":" + lifetime + "}";
    return TokenAnswers.object(json.getBytes(StandardCharsets.UTF_8)).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"60", "60.0", "\"60\"", "6e1"})
  void a_lifetime_is_seconds(String lifetime) {
    assertThat(TokenAnswers.lifetime(answer(lifetime))).contains(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-1", "0", "null", "\"soon\"", "{}", "-1e99999999999", "1e-2147483648", "0.0004"})
  void a_senseless_lifetime_is_none(String lifetime) {
    assertThat(TokenAnswers.lifetime(answer(lifetime))).isEmpty();
  }

  @Test
  void a_lifetime_beyond_any_double_is_none() {
    assertThat(TokenAnswers.lifetime(answer("9".repeat(400)))).isEmpty();
  }
}
