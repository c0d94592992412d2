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
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The public keys of one issuer, found through its metadata at first use and again when a token
 * names a key that is not among them. Thread-safe; never blocks.
 */
final class IssuerKeys {
  /*
   * A stranger can name unknown keys as often as he likes, so the provider is asked at most once
   * per pause, and by one request at a time; whoever comes in between gets the set as it is.
   */

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int LARGEST_DOCUMENT = 256 * 1024;

  private record Fetched(JWKSet keys, long atNanos) {}

  private final HttpClient http;
  private final String issuer;
  private volatile @Nullable Fetched fetched;
  private @Nullable CompletableFuture<Fetched> underWay;

  IssuerKeys(HttpClient http, String issuer) {
    this.http = http;
    this.issuer = issuer;
  }

  /**
   * A set that holds the key named by the header if the issuer has it. Fails with an {@link
   * IOException} where the set is not known and the issuer cannot be asked.
   */
  CompletableFuture<JWKSet> keysFor(JWSHeader header, long nowNanos) {
    Fetched known = fetched;
    if (known != null && (holds(known.keys(), header) || isFresh(known, nowNanos))) {
      return CompletableFuture.completedFuture(known.keys());
    }
    CompletableFuture<JWKSet> asked = fetchOnce(nowNanos).thenApply(Fetched::keys);
    return known == null ? asked : asked.exceptionally(_ -> known.keys());
  }

  private static boolean holds(JWKSet keys, JWSHeader header) {
    return !new JWKSelector(JWKMatcher.forJWSHeader(header)).select(keys).isEmpty();
  }

  private static boolean isFresh(Fetched known, long nowNanos) {
    return nowNanos - known.atNanos() < PAUSE_NANOS;
  }

  private synchronized CompletableFuture<Fetched> fetchOnce(long nowNanos) {
    CompletableFuture<Fetched> current = underWay;
    if (current != null && !current.isDone()) {
      return current;
    }
    CompletableFuture<Fetched> next =
        get(metadata())
            .thenCompose(document -> get(jwksUri(document)))
            .thenApply(document -> new Fetched(parse(document), nowNanos))
            .whenComplete((result, _) -> {
              if (result != null) {
                fetched = result;
              }
            });
    underWay = next;
    return next;
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
