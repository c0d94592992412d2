package dev.kintsugi.node.adapter.tokens;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.InternalSecret;
import dev.kintsugi.kit.Json;
import dev.kintsugi.node.domain.GrantRef;
import dev.kintsugi.node.domain.GrantVerdict;
import dev.kintsugi.node.runtime.grants.TokenService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@link TokenService} by its internal HTTP interface. Thread-safe. */
public final class HttpTokenService implements TokenService {

  private static final int LARGEST_ANSWER = 256 * 1024;
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final long LONGEST_MILLIS = Duration.ofDays(1).toMillis();

  private final HttpClient http;
  private final URI endpoint;
  private final String secret;

  /**
   * Asks one base URL, behind which any number of instances may stand.
   *
   * @param http must not follow redirects
   */
  public HttpTokenService(HttpClient http, URI base, String secret) {
    this.http = http;
    this.endpoint =
        URI.create(base.toString().replaceAll("/+$", "") + "/internal/v1/grants/verdicts");
    this.secret = secret;
  }

  @Override
  public CompletableFuture<Map<GrantRef, GrantVerdict>> judge(
      List<GrantRef> grants, Duration patience) {
    HttpRequest request =
        HttpRequest.newBuilder(endpoint)
            .timeout(patience)
            .header(InternalSecret.HEADER, secret)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.MAPPER.writeValueAsBytes(question(grants))))
            .build();
    // The request's own limit ends with the head of the answer.
    return http.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER))
        .thenApply(response -> read(response, grants))
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ObjectNode question(List<GrantRef> grants) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    ArrayNode list = body.putArray("grants");
    grants.forEach(grant ->
        list.addObject().put("application", grant.application().value()).put("id", grant.id()));
    return body;
  }

  private static Map<GrantRef, GrantVerdict> read(
      HttpResponse<byte[]> response, List<GrantRef> grants) {
    if (response.statusCode() != 200) {
      throw new CompletionException(
          new IOException("the token service answered " + response.statusCode()));
    }
    JsonNode list;
    try {
      list = Json.MAPPER.readTree(response.body()).path("verdicts");
    } catch (JacksonException | NumberFormatException e) {
      throw new CompletionException(new IOException("the token service's answer is no JSON", e));
    }
    if (!list.isArray() || list.size() != grants.size()) {
      throw new CompletionException(
          new IOException("the token service's answer is not of the expected form"));
    }
    Map<GrantRef, GrantVerdict> verdicts = new HashMap<>();
    for (int i = 0; i < grants.size(); i++) {
      GrantRef grant = grants.get(i);
      JsonNode one = list.get(i);
      if (isOf(grant, one)) {
        verdict(one).ifPresent(verdict -> verdicts.put(grant, verdict));
      }
    }
    return verdicts;
  }

  private static boolean isOf(GrantRef grant, JsonNode one) {
    return one.path("id").asString("").equals(grant.id())
        && one.path("application").asString("").equals(value(grant.application()));
  }

  private static String value(ApplicationId application) {
    return application.value();
  }

  private static Optional<UserId> user(JsonNode named) {
    try {
      return named.isString() ? Optional.of(new UserId(named.asString())) : Optional.empty();
    } catch (IllegalArgumentException nobody) {
      return Optional.empty();
    }
  }

  private static Optional<GrantVerdict> verdict(JsonNode one) {
    JsonNode usable = one.path("usableMillis");
    return switch (one.path("verdict").asString("")) {
      case "valid" ->
          usable.isIntegralNumber() && usable.canConvertToLong() && usable.asLong() >= 0
              ? Optional.of(
                  new GrantVerdict.Valid(
                      Duration.ofMillis(Math.min(usable.asLong(), LONGEST_MILLIS))))
              : Optional.empty();
      case "revoked" -> {
        String reason = one.path("reason").asString("");
        yield Optional.of(
            new GrantVerdict.Revoked(
                WORD.matcher(reason).matches() ? reason : "revoked", user(one.path("userId"))));
      }
      case "unknown" -> Optional.of(new GrantVerdict.Unknown());
      default -> Optional.empty();
    };
  }
}
