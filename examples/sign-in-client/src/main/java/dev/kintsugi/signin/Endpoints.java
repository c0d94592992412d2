package dev.kintsugi.signin;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the provider is to be asked, from its metadata.
 *
 * @param revocation null where the provider has none
 */
record Endpoints(URI authorization, URI token, @Nullable URI revocation) {

  static Endpoints discover(Http http, URI issuer) {
    String base = issuer.toString().replaceAll("/+$", "");
    URI metadata = URI.create(base + "/.well-known/openid-configuration");
    HttpResponse<String> answer =
        http.send(http.get(metadata).header("Accept", "application/json").build());
    if (answer.statusCode() != 200) {
      throw new SignInException(
          "no metadata at " + metadata + ": status " + answer.statusCode(), (String) null);
    }
    return read(answer.body(), metadata, base);
  }

  private static Endpoints read(String body, URI metadata, String issuer) {
    try {
      Map<String, @Nullable Object> fields = Json.object(body);
      if (!issuer.equals(String.valueOf(fields.get("issuer")).replaceAll("/+$", ""))) {
        throw new IllegalArgumentException("it names another issuer: " + fields.get("issuer"));
      }
      URI revocation =
          fields.get("revocation_endpoint") instanceof String at ? URI.create(at) : null;
      return new Endpoints(
          uri(fields, "authorization_endpoint"), uri(fields, "token_endpoint"), revocation);
    } catch (IllegalArgumentException wrong) {
      throw new SignInException("metadata at " + metadata + " is of no use", wrong);
    }
  }

  private static URI uri(Map<String, @Nullable Object> fields, String name) {
    if (fields.get(name) instanceof String value) {
      return URI.create(value);
    }
    throw new IllegalArgumentException("it has no " + name);
  }
}
