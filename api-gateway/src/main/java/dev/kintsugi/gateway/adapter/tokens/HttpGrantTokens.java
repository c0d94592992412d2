package dev.kintsugi.gateway.adapter.tokens;

import dev.kintsugi.gateway.runtime.GrantTokens;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.ProblemException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Asks the token service, each time: what is kept is what may have been revoked. Thread-safe. */
public final class HttpGrantTokens implements GrantTokens {

  private static final Pattern GRANT_ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,8192}");
  private static final int LARGEST_ANSWER = 64 << 10;

  private final HttpClient http;
  private final URI service;
  private final Duration timeout;

  /**
   * Tokens of one service.
   *
   * @param timeout of its whole answer
   */
  public HttpGrantTokens(HttpClient http, URI service, Duration timeout) {
    this.http = http;
    this.service = service;
    this.timeout = timeout;
  }

  @Override
  public CompletableFuture<Answer> of(String grantId, OptionalLong refused, String authorization) {
    if (!GRANT_ID.matcher(grantId).matches()) {
      return CompletableFuture.completedFuture(new Answer.Unknown());
    }
    String query = refused.isPresent() ? "?refused=" + refused.getAsLong() : "";
    HttpRequest request =
        HttpRequest.newBuilder(service.resolve("/v1/grants/" + grantId + "/access-token" + query))
            .timeout(timeout)
            .header("Authorization", authorization)
            .build();
    return http.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER))
        .handle((response, error) -> error == null ? read(response) : new Answer.Away())
        .completeOnTimeout(new Answer.Away(), timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static Answer read(HttpResponse<byte[]> response) {
    return switch (response.statusCode()) {
      case 200 -> token(response.body());
      case 401 -> new Answer.Unauthorized();
      case 403, 404 -> new Answer.Unknown();
      case 410 -> new Answer.Ended();
      default -> new Answer.Away();
    };
  }

  private static Answer token(byte[] body) {
    try {
      JsonNode answer = Json.readStored(body);
      String token = answer.path("accessToken").asString("");
      String user = answer.path("userId").asString("");
      return TOKEN.matcher(token).matches() && !user.isEmpty()
          ? new Answer.Token(token, user, Math.max(0, answer.path("generation").asLong(0)))
          : new Answer.Away();
    } catch (ProblemException e) {
      return new Answer.Away();
    }
  }
}
