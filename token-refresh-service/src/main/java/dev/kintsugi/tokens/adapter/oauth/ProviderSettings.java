package dev.kintsugi.tokens.adapter.oauth;

import dev.kintsugi.tokens.domain.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * How one provider is asked.
 *
 * @param endpoints where; from its metadata if it has an issuer
 * @param clientSecret empty: a public client
 * @param timeout of a call, all told
 * @param assumedLifetime of an access token of which the provider does not say how long it lives
 */
public record ProviderSettings(
    String name,
    Endpoints endpoints,
    String clientId,
    Optional<Secret> clientSecret,
    Authentication authentication,
    Duration timeout,
    Duration assumedLifetime) {

  /** Where a provider is asked. */
  public sealed interface Endpoints {
    record Fixed(URI token, Optional<URI> revocation) implements Endpoints {}

    record Discovered(URI issuer) implements Endpoints {}
  }

  /** How we show who we are (RFC 6749 §2.3.1). */
  public enum Authentication {
    BASIC,
    POST
  }
}
