package dev.kintsugi.kit;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The public keys of one issuer, found through its metadata at first use and again when a token
 * names a key that is not among them. Thread-safe; never blocks.
 */
final class IssuerKeys {
  /*
   * A stranger can name unknown keys as often as he likes: hence the pause, and one request at a
   * time.
   */

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int LARGEST_DOCUMENT = 256 * 1024;

  private final HttpClient http;
  private final String issuer;
  private final Refetched<JWKSet> keys = new Refetched<>(this::fetch, PAUSE_NANOS);

  IssuerKeys(HttpClient http, String issuer) {
    this.http = http;
    this.issuer = issuer;
  }

  /**
   * A set that holds the key named by the header if the issuer has it. Fails with an {@link
   * IOException} where the set is not known and the issuer cannot be asked.
   */
  CompletableFuture<JWKSet> keysFor(JWSHeader header, long nowNanos) {
    return keys.get(known -> holds(known, header), nowNanos);
  }

  private static boolean holds(JWKSet keys, JWSHeader header) {
    return !new JWKSelector(JWKMatcher.forJWSHeader(header)).select(keys).isEmpty();
  }

  private CompletableFuture<JWKSet> fetch() {
    return get(metadata())
        .thenCompose(document -> get(jwksUri(document)))
        .thenApply(IssuerKeys::parse);
  }

  private URI metadata() {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    return URI.create(base + "/.well-known/openid-configuration");
  }

  private URI jwksUri(String document) {
    JsonNode metadata;
    try {
      metadata = Json.MAPPER.readTree(document);
    } catch (JacksonException | NumberFormatException e) {
      throw new CompletionException(new IOException("the issuer's metadata is not JSON", e));
    }
    if (!issuer.equals(metadata.path("issuer").asString(""))) {
      throw new CompletionException(
          new IOException("the metadata found at " + issuer + " names another issuer"));
    }
    try {
      return URI.create(metadata.path("jwks_uri").asString(""));
    } catch (IllegalArgumentException e) {
      throw new CompletionException(new IOException("the issuer's jwks_uri is not a URL", e));
    }
  }

  private static JWKSet parse(String document) {
    try {
      return JWKSet.parse(document).toPublicJWKSet();
    } catch (ParseException e) {
      throw new CompletionException(new IOException("the issuer's key set is malformed", e));
    }
  }

  private CompletableFuture<String> get(URI uri) {
    HttpRequest request;
    try {
      request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).GET().build();
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(new IOException("not a URL to fetch: " + uri, e));
    }
    return http.sendAsync(
            request,
            _ ->
                HttpResponse.BodySubscribers.limiting(
                    HttpResponse.BodySubscribers.ofString(StandardCharsets.UTF_8),
                    LARGEST_DOCUMENT))
        .thenApply(response -> {
          if (response.statusCode() != 200) {
            throw new CompletionException(
                new IOException(uri + " answered " + response.statusCode()));
          }
          return response.body();
        });
  }
}
