package dev.kintsugi.signin;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls of the token and revocation endpoints (RFC 6749 §4–6, RFC 7009). Thread-safe. */
final class TokenCalls {

  private final Http http;
  private final OAuthClient client;
  private final InstantSource clock;

  TokenCalls(Http http, OAuthClient client, InstantSource clock) {
    this.http = http;
    this.client = client;
    this.clock = clock;
  }

  Tokens ask(URI endpoint, Map<String, String> fields, String askedScope) {
    HttpResponse<String> answer = http.send(authenticated(endpoint, fields));
    Instant received = clock.instant();
    Map<String, @Nullable Object> body = body(answer);
    if (answer.statusCode() != 200) {
      throw refusal(answer, body);
    }
    if (!(body.get("access_token") instanceof String accessToken)) {
      throw new SignInException(Http.place(endpoint) + " gave no access token", (String) null);
    }
    double seconds = body.get("expires_in") instanceof Double number ? number : 0;
    return new Tokens(
        accessToken,
        body.get("refresh_token") instanceof String refresh ? refresh : null,
        Duration.ofSeconds((long) seconds),
        received,
        body.get("scope") instanceof String scope ? scope : askedScope);
  }

  void revoke(URI endpoint, String token) {
    HttpResponse<String> answer =
        http.send(authenticated(endpoint, new LinkedHashMap<>(Map.of("token", token))));
    if (answer.statusCode() != 200) {
      throw refusal(answer, answer.body().isBlank() ? Map.of() : body(answer));
    }
  }

  private HttpRequest authenticated(URI endpoint, Map<String, String> fields) {
    @Nullable String secret = client.secret();
    if (secret == null) {
      fields.put("client_id", client.id());
      return http.post(endpoint, fields).header("Accept", "application/json").build();
    }
    String pair = Http.encode(client.id()) + ":" + Http.encode(secret);
    String basic = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    return http.post(endpoint, fields)
        .header("Accept", "application/json")
        .header("Authorization", "Basic " + basic)
        .build();
  }

  private static Map<String, @Nullable Object> body(HttpResponse<String> answer) {
    try {
      return Json.object(answer.body());
    } catch (IllegalArgumentException notJson) {
      throw new SignInException(
          Http.place(answer.uri()) + " answered status " + answer.statusCode() + " without JSON",
          notJson);
    }
  }

  private static SignInException refusal(
      HttpResponse<String> answer, Map<String, @Nullable Object> body) {
    @Nullable String error = body.get("error") instanceof String code ? code : null;
    return new SignInException(
        Http.place(answer.uri()) + " answered status " + answer.statusCode() + ": " + error, error);
  }
}
