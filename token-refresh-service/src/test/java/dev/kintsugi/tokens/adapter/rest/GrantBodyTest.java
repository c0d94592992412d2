package dev.kintsugi.tokens.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.kit.ProblemException;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import dev.kintsugi.tokens.runtime.Provider;
import dev.kintsugi.tokens.runtime.Providers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application hands in is kept as it is, or not at all. */
class GrantBodyTest {

  private static final Providers PROVIDERS =
      new Providers(Map.of("idp", new Silent()), Optional.of("idp"));

  private static Optional<Secret> refreshToken(String member) {
    String body = "{\"userId\":\"alice\",\"accessToken\":\"a\"," + member + "}";
    return GrantBody.read(body.getBytes(StandardCharsets.UTF_8), PROVIDERS).refreshToken();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\ud800",
        "\\udc00",
        "r\\ud800r",
        "\\udc00\\ud800",
        "\\u0000",
        "r\\r\\nX: y",
        "r\\u007f",
        "r\\u0085"
      })
  void a_token_of_half_or_control_characters_is_refused_and_not_repeated(String token) {
    for (String name : List.of("userId", "refreshToken", "accessToken", "scope")) {
      Map<String, String> members =
          new TreeMap<>(Map.of("userId", "alice", "refreshToken", "r", "accessToken", "a"));
      members.put(name, token);
      String body =
          members.entrySet().stream()
              .map(member -> "\"%s\":\"%s\"".formatted(member.getKey(), member.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      assertThatThrownBy(() -> GrantBody.read(body.getBytes(StandardCharsets.UTF_8), PROVIDERS))
          .as(body)
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("control character");
    }
  }

  @Test
  void whole_characters_of_any_kind_are_taken() {
    assertThat(refreshToken("\"refreshToken\":\"r \\ud83d\\ude00/+=~\""))
        .contains(new Secret("r \ud83d\ude00/+=~"));
  }

  private static final class Silent implements Provider {

    @Override
    public String name() {
      return "idp";
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(1);
    }

    @Override
    public Duration assumedLifetime() {
      return Duration.ofMinutes(5);
    }

    @Override
    public ProviderAnswer redeem(Secret refreshToken) {
      throw new UnsupportedOperationException("nobody is asked");
    }

    @Override
    public TokenCheck check(Secret accessToken) {
      return new TokenCheck.Unchecked();
    }

    @Override
    public Revocation revoke(Grant grant) {
      return Revocation.NOTHING;
    }
  }
}
