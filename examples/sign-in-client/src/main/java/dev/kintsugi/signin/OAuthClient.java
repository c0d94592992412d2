package dev.kintsugi.signin;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The client as the provider has it registered.
 *
 * @param id the {@code client_id}
 * @param secret for a confidential client, which authenticates by HTTP Basic; null for a public one
 * @param redirectUri where the provider sends the authorization code; nobody needs to listen there
 */
public record OAuthClient(String id, @Nullable String secret, URI redirectUri) {

  private static final URI LOOPBACK = URI.create("http://127.0.0.1/callback");

  public OAuthClient {
    if (id.isBlank()) {
      throw new IllegalArgumentException("a client needs an id");
    }
  }

  public static OAuthClient confidential(String id, String secret) {
    return new OAuthClient(id, secret, LOOPBACK);
  }

  public static OAuthClient withoutSecret(String id) {
    return new OAuthClient(id, null, LOOPBACK);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "OAuthClient[" + id + (secret == null ? ", public]" : ", confidential]");
  }
}
