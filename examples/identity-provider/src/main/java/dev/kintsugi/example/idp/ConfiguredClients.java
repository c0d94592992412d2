package dev.kintsugi.example.idp;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/** The clients of the settings, each time with the token lifetimes of that moment. Thread-safe. */
final class ConfiguredClients implements RegisteredClientRepository {

  private final Map<String, RegisteredClient> byId = new HashMap<>();
  private final TokenLifetimes lifetimes;

  ConfiguredClients(Map<String, IdpProperties.Client> clients, TokenLifetimes lifetimes) {
    this.lifetimes = lifetimes;
    clients.forEach((id, client) -> byId.put(id, registered(id, client)));
  }

  @Override
  public void save(RegisteredClient client) {
    throw new UnsupportedOperationException("clients come from the settings idp.clients");
  }

  /** A client's internal id is its client id. */
  @Override
  public @Nullable RegisteredClient findById(String id) {
    return findByClientId(id);
  }

  @Override
  public @Nullable RegisteredClient findByClientId(String clientId) {
    @Nullable RegisteredClient client = byId.get(clientId);
    return client == null
        ? null
        : RegisteredClient.from(client).tokenSettings(tokenSettings()).build();
  }

  private TokenSettings tokenSettings() {
    return TokenSettings.builder()
        .accessTokenTimeToLive(lifetimes.accessToken())
        .refreshTokenTimeToLive(lifetimes.refreshToken())
        .reuseRefreshTokens(false)
        .build();
  }

  private static RegisteredClient registered(String id, IdpProperties.Client client) {
    RegisteredClient.Builder registered = RegisteredClient.withId(id).clientId(id);
    if (client.isPublic()) {
      registered.clientAuthenticationMethod(ClientAuthenticationMethod.NONE);
    }
    if (client.secret() != null) {
      registered
          .clientSecret(requireNonNull(client.secret()))
          .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
          .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_POST);
    }
    if (client.jwkSetUrl() != null) {
      registered.clientAuthenticationMethod(ClientAuthenticationMethod.PRIVATE_KEY_JWT);
    }
    client
        .grants()
        .forEach(grant -> registered.authorizationGrantType(new AuthorizationGrantType(grant)));
    client.redirectUris().forEach(registered::redirectUri);
    Stream.concat(client.userScopes().stream(), client.applicationScopes().stream())
        .forEach(registered::scope);
    return registered.clientSettings(clientSettings(client)).build();
  }

  private static ClientSettings clientSettings(IdpProperties.Client client) {
    ClientSettings.Builder settings =
        ClientSettings.builder()
            .requireAuthorizationConsent(false)
            .requireProofKey(client.isPublic());
    if (client.jwkSetUrl() != null) {
      settings
          .jwkSetUrl(requireNonNull(client.jwkSetUrl()).toString())
          .tokenEndpointAuthenticationSigningAlgorithm(SignatureAlgorithm.RS256);
    }
    return settings.build();
  }
}
