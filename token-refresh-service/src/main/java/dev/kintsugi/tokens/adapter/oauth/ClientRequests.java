package dev.kintsugi.tokens.adapter.oauth;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Requests to a provider's endpoints that show who we are. Thread-safe. */
final class ClientRequests {

  private static final String ASSERTION_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  private final String clientId;
  private final ClientCredential credential;
  private final InstantSource providersClock;

  /**
   * Requests of one client.
   *
   * @param providersClock by which assertions are dated: the provider goes by its own
   */
  ClientRequests(String clientId, ClientCredential credential, InstantSource providersClock) {
    this.clientId = clientId;
    this.credential = credential;
    this.providersClock = providersClock;
  }

  /**
   * A form to be posted.
   *
   * @param tokenEndpoint the usual audience of assertions, as long as they are sent to the same
   *     server: what is sent to another one is to be of no use anywhere else
   * @throws IllegalArgumentException if nothing can be sent to that address
   */
  HttpRequest post(URI endpoint, URI tokenEndpoint, Map<String, String> fields) {
    Map<String, String> form = new LinkedHashMap<>(fields);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded");
    switch (credential) {
      case ClientCredential.None _ -> form.put("client_id", clientId);
      case ClientCredential.Basic(var secret) ->
          request.header("Authorization", "Basic " + basic(secret.value()));
      case ClientCredential.Post(var secret) -> {
        form.put("client_id", clientId);
        form.put("client_secret", secret.value());
      }
      case ClientCredential.Signed(AssertionKey key, var audience) -> {
        String named = audience.orElseGet(() -> usual(endpoint, tokenEndpoint).toString());
        form.put("client_id", clientId);
        form.put("client_assertion_type", ASSERTION_TYPE);
        form.put("client_assertion", key.assertion(clientId, named, providersClock.instant()));
      }
    }
    return request.POST(BodyPublishers.ofString(encoded(form))).build();
  }

  private static URI usual(URI endpoint, URI tokenEndpoint) {
    boolean same =
        Objects.equals(endpoint.getScheme(), tokenEndpoint.getScheme())
            && Objects.equals(endpoint.getRawAuthority(), tokenEndpoint.getRawAuthority());
    return same ? tokenEndpoint : endpoint;
  }

  private String basic(String secret) {
    String pair = encode(clientId) + ":" + encode(secret);
    return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static String encoded(Map<String, String> form) {
    return form.entrySet().stream()
        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
