package dev.kintsugi.tokens.adapter.oauth;

import dev.kintsugi.tokens.domain.Secret;
import java.util.Optional;

/** How we show a provider who we are (OpenID Connect Core §9). */
public sealed interface ClientCredential {

  /** A public client, which has nothing but its name. */
  record None() implements ClientCredential {}

  /** A secret in the header {@code Authorization} (RFC 6749 §2.3.1). */
  record Basic(Secret secret) implements ClientCredential {}

  /** A secret in the body of the request. */
  record Post(Secret secret) implements ClientCredential {}

  /**
   * An assertion of our own, signed with a key of which the provider has the public half.
   *
   * @param audience whom assertions name; empty: the token endpoint, for revocations too where
   *     these are made at the same server
   */
  record Signed(AssertionKey key, Optional<String> audience) implements ClientCredential {}
}
