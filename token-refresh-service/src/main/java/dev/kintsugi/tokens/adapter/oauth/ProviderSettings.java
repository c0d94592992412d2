package dev.kintsugi.tokens.adapter.oauth;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How one provider is asked.
 *
 * @param endpoints where; from its metadata if it has an issuer
 * @param timeout of a call, all told
 * @param assumedLifetime of an access token of which the provider does not say how long it lives
 * @param reuseWindow for which it accepts a refresh token that it has replaced; zero: not known
 * @param verification of its access tokens
 */
public record ProviderSettings(
    String name,
    Endpoints endpoints,
    String clientId,
    ClientCredential credential,
    Duration timeout,
    Duration assumedLifetime,
    Duration reuseWindow,
    Verification verification) {

  /** Where a provider is asked. */
  public sealed interface Endpoints {
    /**
     * Named one by one.
     *
     * @param keys where its public keys are (JWKS); empty: its tokens are not checked
     */
    record Fixed(URI token, Optional<URI> revocation, Optional<URI> keys) implements Endpoints {}

    record Discovered(URI issuer) implements Endpoints {}
  }

  /**
   * What is checked of access tokens that are JWTs.
   *
   * @param audience one that tokens must name; empty: any will do
   */
  public record Verification(boolean on, Optional<String> audience) {}
}
