package dev.kintsugi.example.idp;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the identity provider.
 *
 * @param issuer what tokens name as their issuer; must be the address it is reached at
 * @param accessTokenTtl can be changed while it runs, see {@link SettingsController}
 * @param devPassword with which any user name may sign in
 * @param keyFile where the signing key is kept (created if missing), so that tokens survive a
 *     restart; without it each start makes a new key
 * @param maxAuthorizations kept in memory; beyond it the one that ends first is dropped
 * @param clients by client id
 */
@ConfigurationProperties(prefix = "idp", ignoreUnknownFields = false)
record IdpProperties(
    URI issuer,
    @DefaultValue("2m") Duration accessTokenTtl,
    @DefaultValue("8h") Duration refreshTokenTtl,
    String devPassword,
    @Nullable Path keyFile,
    @DefaultValue("20000") int maxAuthorizations,
    Map<String, Client> clients) {

  IdpProperties {
    if (!issuer.isAbsolute() || issuer.getHost() == null) {
      throw new IllegalArgumentException("idp.issuer must be a full address, got " + issuer);
    }
    TokenLifetimes.check("idp.access-token-ttl", accessTokenTtl);
    TokenLifetimes.check("idp.refresh-token-ttl", refreshTokenTtl);
    if (devPassword.isBlank()) {
      throw new IllegalArgumentException("idp.dev-password must not be empty");
    }
    if (maxAuthorizations < 1) {
      throw new IllegalArgumentException(
          "idp.max-authorizations must be at least 1, got " + maxAuthorizations);
    }
    if (clients.isEmpty()) {
      throw new IllegalArgumentException("idp.clients must name at least one client");
    }
    clients = Map.copyOf(clients);
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "IdpProperties[issuer=" + issuer + ", clients=" + clients.keySet() + "]";
  }

  /**
   * A client.
   *
   * @param secret absent for a client that signs assertions only, or for a public one, which then
   *     must prove by PKCE
   * @param jwkSetUrl where its public keys are, by which its assertions are verified (RFC 7523);
   *     absent: it signs none
   * @param grants of {@code authorization_code}, {@code refresh_token}, {@code client_credentials}
   * @param redirectUris on a loopback address any port will do
   * @param userScopes what a user's token may carry
   * @param applicationScopes what a token of the client itself may carry (client credentials)
   */
  record Client(
      @Nullable String secret,
      @Nullable URI jwkSetUrl,
      List<String> grants,
      @DefaultValue List<String> redirectUris,
      @DefaultValue List<String> userScopes,
      @DefaultValue List<String> applicationScopes) {

    private static final List<String> KNOWN =
        List.of("authorization_code", "refresh_token", "client_credentials");

    Client {
      grants = List.copyOf(grants);
      redirectUris = List.copyOf(redirectUris);
      userScopes = List.copyOf(userScopes);
      applicationScopes = List.copyOf(applicationScopes);
      if (grants.isEmpty() || !KNOWN.containsAll(grants)) {
        throw new IllegalArgumentException(
            "a client's grants must be of " + KNOWN + ", got " + grants);
      }
      if (secret != null && secret.isBlank()) {
        throw new IllegalArgumentException(
            "a client's secret must not be empty; leave it out instead");
      }
      if (isPublic(secret, jwkSetUrl) && grants.contains("client_credentials")) {
        throw new IllegalArgumentException(
            "a client with client_credentials needs a secret or a jwk-set-url");
      }
    }

    private static boolean isPublic(@Nullable String secret, @Nullable URI jwkSetUrl) {
      return secret == null && jwkSetUrl == null;
    }

    /** Whether it has nothing to show who it is. */
    boolean isPublic() {
      return isPublic(secret, jwkSetUrl);
    }

    @Override
    public String toString() {
      return "Client[grants=" + grants + "]";
    }
  }
}
