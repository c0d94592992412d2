package dev.kintsugi.example.idp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;

class ExpiringAuthorizationsTest {

  private static final RegisteredClient CLIENT =
      RegisteredClient.withId("c")
          .clientId("c")
          .clientSecret("s")
          .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
          .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
          .build();

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final ExpiringAuthorizations authorizations = new ExpiringAuthorizations(3, () -> now);

  @Test
  void an_authorization_is_found_until_its_last_token_has_ended() {
    authorizations.save(authorization("1", Duration.ofSeconds(60)));
    assertThat(authorizations.findByToken("token-1", null)).isNotNull();
    assertThat(authorizations.findByToken("token-1", OAuth2TokenType.ACCESS_TOKEN)).isNotNull();
    assertThat(authorizations.findByToken("token-1", OAuth2TokenType.REFRESH_TOKEN)).isNull();

    now = now.plusSeconds(61);

    assertThat(authorizations.findByToken("token-1", null)).isNull();
    assertThat(authorizations.size()).isZero();
  }

  @Test
  void when_full_the_one_that_ends_first_goes() {
    authorizations.save(authorization("1", Duration.ofSeconds(50)));
    authorizations.save(authorization("2", Duration.ofSeconds(10)));
    authorizations.save(authorization("3", Duration.ofSeconds(30)));
    authorizations.save(authorization("4", Duration.ofSeconds(40)));

    assertThat(authorizations.size()).isEqualTo(3);
    assertThat(authorizations.findById("2")).isNull();
  }

  @Test
  void a_change_of_an_outdated_copy_is_refused() {
    authorizations.save(authorization("1", Duration.ofSeconds(60)));
    OAuth2Authorization mine = authorizations.findById("1");
    OAuth2Authorization theirs = authorizations.findById("1");
    authorizations.save(theirs);

    assertThatThrownBy(() -> authorizations.save(mine))
        .isInstanceOf(OAuth2AuthenticationException.class);
  }

  @Test
  void a_change_of_a_removed_one_is_refused() {
    authorizations.save(authorization("1", Duration.ofSeconds(60)));
    OAuth2Authorization mine = authorizations.findById("1");
    authorizations.remove(mine);

    assertThatThrownBy(() -> authorizations.save(mine))
        .isInstanceOf(OAuth2AuthenticationException.class);
    assertThat(authorizations.findByToken("token-1", null)).isNull();
  }

  private OAuth2Authorization authorization(String id, Duration life) {
    return OAuth2Authorization.withRegisteredClient(CLIENT)
        .id(id)
        .principalName("c")
        .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
        .accessToken(
            new OAuth2AccessToken(
                OAuth2AccessToken.TokenType.BEARER, "token-" + id, now, now.plus(life)))
        .build();
  }
}
