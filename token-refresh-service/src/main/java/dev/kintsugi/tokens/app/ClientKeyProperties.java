package dev.kintsugi.tokens.app;

import dev.kintsugi.tokens.adapter.oauth.AssertionKey;
import dev.kintsugi.tokens.adapter.oauth.SigningAlgorithm;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Optional;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.ssl.pem.PemContent;

/**
 * The private key of {@code client-authentication: private-key-jwt}.
 *
 * @param location a PEM file (PKCS #8), or the PEM text itself
 * @param id by which the provider finds the public key; empty: it knows but one of this client. A
 *     wrong one: it refuses every renewal
 * @param algorithm of the signature; must fit the key
 * @param audience whom assertions name. Empty: the token endpoint, as OpenID Connect has it; some
 *     providers want their issuer. A wrong one: the provider refuses every renewal
 */
record ClientKeyProperties(
    @DefaultValue("") String location,
    @DefaultValue("") String id,
    @DefaultValue("RS256") SigningAlgorithm algorithm,
    @DefaultValue("") String audience) {

  /**
   * Reads the key.
   *
   * @param setting what this is called where it is configured
   * @throws IllegalArgumentException if there is no key, or none that fits
   */
  AssertionKey read(String setting) {
    try {
      return new AssertionKey(
          privateKey(), algorithm, Optional.of(id).filter(given -> !given.isEmpty()));
    } catch (IllegalArgumentException | IllegalStateException unfit) {
      throw new IllegalArgumentException(setting + ": " + unfit.getMessage(), unfit);
    }
  }

  private PrivateKey privateKey() {
    PrivateKey key;
    try {
      PemContent pem =
          PemContent.isPresentInText(location)
              ? PemContent.of(location)
              : PemContent.load(Path.of(location.replaceFirst("^file:", "")));
      key = pem.getPrivateKey();
    } catch (IOException | InvalidPathException unreadable) {
      throw new IllegalArgumentException("the file cannot be read", unreadable);
    }
    if (key == null) {
      throw new IllegalArgumentException("there is no private key in it");
    }
    return key;
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "ClientKey[id=" + id + ", algorithm=" + algorithm + "]";
  }
}
