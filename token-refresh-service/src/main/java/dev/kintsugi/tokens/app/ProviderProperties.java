package dev.kintsugi.tokens.app;

import dev.kintsugi.tokens.adapter.oauth.ClientCredential;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.runtime.ProviderLimits;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of one OAuth 2.0 provider; either {@code token-endpoint} or {@code issuer}.
 *
 * @param clientSecret empty: a public client, unless there is a client key
 * @param clientAuthentication how the client shows who it is
 * @param clientKey with {@code private-key-jwt}
 * @param timeout of a call. Too low: answers of a busy provider are lost, and with them the refresh
 *     tokens that they carry; too high: callers wait in vain, and so do the grants of an instance
 *     that has died, as a lease outlives every call
 * @param assumedLifetime of access tokens of which the provider does not say how long they live.
 *     Too low: they are renewed more often than need be; too high: tokens are handed out that have
 *     ended
 * @param reuseWindow for which the provider goes on accepting a refresh token that it has replaced
 *     (its grace period). Too low, or zero where it has one: a renewal during which an instance
 *     died ends the grant, and its user must sign in, for nothing. Too high: such a token is shown
 *     again to a provider that takes it for stolen. Below the lease, some 17 s with the usual
 *     {@code timeout}, it helps nobody. Of a provider that never replaces them: as long as you like
 * @param parallel calls at a time. Too low: renewals queue and callers wait; too high: a slow
 *     provider gets slower
 * @param limits what it may be asked, and when it is taken to be away
 * @param sslBundle of the connections to it; empty: the JDK's
 * @param jwksUri its public keys, with {@code token-endpoint}; by its metadata with {@code issuer}
 * @param verifyTokens whether access tokens that are JWTs are checked before a session is moved.
 *     Off: a forged one passes. On with a provider whose tokens are for others' eyes only, or that
 *     signs them in a way of its own: sessions end for nothing
 * @param audience that such tokens must name; empty: any. A wrong one ends every session
 */
record ProviderProperties(
    @Nullable URI tokenEndpoint,
    @Nullable URI revocationEndpoint,
    @Nullable URI issuer,
    String clientId,
    @DefaultValue("") String clientSecret,
    @DefaultValue("basic") Authentication clientAuthentication,
    @DefaultValue ClientKeyProperties clientKey,
    @DefaultValue("4s") Duration timeout,
    @DefaultValue("5m") Duration assumedLifetime,
    @DefaultValue("0s") Duration reuseWindow,
    @DefaultValue("32") int parallel,
    @DefaultValue LimitProperties limits,
    @DefaultValue("") String sslBundle,
    @Nullable URI jwksUri,
    @DefaultValue("true") boolean verifyTokens,
    @DefaultValue("") String audience) {

  /** How the client shows who it is. */
  enum Authentication {
    /** Its secret in the header {@code Authorization}. */
    BASIC,
    /** Its secret in the body. */
    POST,
    /** An assertion signed with its private key. */
    PRIVATE_KEY_JWT
  }

  ProviderProperties {
    check(
        (tokenEndpoint == null) != (issuer == null),
        "providers.<name>",
        "needs either token-endpoint or issuer");
    check(
        Stream.of(
                Optional.ofNullable(tokenEndpoint),
                Optional.ofNullable(revocationEndpoint),
                Optional.ofNullable(jwksUri),
                Optional.ofNullable(issuer))
            .flatMap(Optional::stream)
            .allMatch(uri -> uri.isAbsolute() && uri.getHost() != null),
        "providers.<name>",
        "must name full addresses");
    check(
        jwksUri == null || tokenEndpoint != null,
        "providers.<name>.jwks-uri",
        "is found by the issuer's metadata; it goes with token-endpoint only");
    check(!clientId.isBlank(), "providers.<name>.client-id", "must not be empty");
    boolean byKey = clientAuthentication == Authentication.PRIVATE_KEY_JWT;
    check(
        byKey != clientKey.location().isBlank(),
        "providers.<name>.client-key.location",
        "goes with client-authentication: private-key-jwt, which needs it");
    check(
        !byKey || clientSecret.isEmpty(),
        "providers.<name>.client-secret",
        "must be empty where a client key is used");
    check(timeout.isPositive(), "providers.<name>.timeout", "must be positive");
    check(assumedLifetime.isPositive(), "providers.<name>.assumed-lifetime", "must be positive");
    check(!reuseWindow.isNegative(), "providers.<name>.reuse-window", "must not be negative");
    check(parallel > 0, "providers.<name>.parallel", "must be positive");
  }

  private static void check(boolean valid, String key, String rule) {
    if (!valid) {
      throw new IllegalArgumentException("kintsugi.tokens." + key + " " + rule);
    }
  }

  /**
   * What the client shows.
   *
   * @throws IllegalArgumentException if its key cannot be read or does not fit
   */
  ClientCredential credential(String name) {
    if (clientAuthentication == Authentication.PRIVATE_KEY_JWT) {
      return new ClientCredential.Signed(
          clientKey.read("kintsugi.tokens.providers." + name + ".client-key"),
          Optional.of(clientKey.audience()).filter(given -> !given.isEmpty()));
    }
    if (clientSecret.isEmpty()) {
      return new ClientCredential.None();
    }
    Secret secret = new Secret(clientSecret);
    return clientAuthentication == Authentication.POST
        ? new ClientCredential.Post(secret)
        : new ClientCredential.Basic(secret);
  }

  ProviderLimits providerLimits() {
    return limits.of(parallel);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "Provider[clientId=" + clientId + "]";
  }
}
