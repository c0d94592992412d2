package dev.kintsugi.tokens.adapter.oauth;

import dev.kintsugi.tokens.domain.FailureReason;
import dev.kintsugi.tokens.domain.ProviderAnswer;
import dev.kintsugi.tokens.domain.Secret;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what a token endpoint answers (RFC 6749 §5). */
final class TokenAnswers {

  private static final long LONGEST_SECONDS = Duration.ofDays(3650).toSeconds();

  /** A senseless time to come again must not keep grants from being renewed for days. */
  static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(16).build())
                  .build())
          .build();

  private TokenAnswers() {}

  /**
   * Reads an answer.
   *
   * @param now by the provider's clock
   */
  static ProviderAnswer read(HttpResponse<byte[]> response, Instant now) {
    int status = response.statusCode();
    Optional<JsonNode> body = object(response.body());
    Optional<Duration> retryAfter = retryAfter(response.headers(), now);
    if (status == 200) {
      return body.flatMap(TokenAnswers::granted)
          .orElse(new ProviderAnswer.Failed(FailureReason.MALFORMED, retryAfter));
    }
    if (status == 429) {
      return new ProviderAnswer.Failed(FailureReason.RATE_LIMITED, retryAfter);
    }
    if (status >= 500) {
      return new ProviderAnswer.Failed(FailureReason.SERVER_ERROR, retryAfter);
    }
    String error = body.flatMap(json -> text(json, "error")).orElse("");
    if (status < 400 || error.isEmpty()) {
      return new ProviderAnswer.Failed(FailureReason.MALFORMED, retryAfter);
    }
    return error.equals("invalid_grant")
        ? new ProviderAnswer.Refused(error)
        : new ProviderAnswer.Failed(FailureReason.CLIENT_REFUSED, retryAfter);
  }

  private static Optional<ProviderAnswer> granted(JsonNode json) {
    boolean bearer = text(json, "token_type").map("bearer"::equalsIgnoreCase).orElse(true);
    boolean whole = text(json, "refresh_token").filter(token -> !Secret.canBe(token)).isEmpty();
    return text(json, "access_token")
        .filter(token -> bearer && whole && Secret.canBe(token))
        .map(token ->
            new ProviderAnswer.Granted(
                new Secret(token),
                text(json, "refresh_token").map(Secret::new),
                lifetime(json),
                text(json, "scope")));
  }

  /**
   * A number, or a number in quotes, which some providers send; empty for one beyond a double, and
   * for less than a second: such a token would be renewed without end.
   */
  static Optional<Duration> lifetime(JsonNode json) {
    JsonNode value = json.path("expires_in");
    try {
      double seconds =
          value.isNumber()
              ? value.asDouble()
              : value.isString() ? Double.parseDouble(value.asString()) : 0;
      return seconds >= 1
          ? Optional.of(
              Duration.ofMillis((long) (Math.min(seconds, (double) LONGEST_SECONDS) * 1000)))
          : Optional.empty();
    } catch (NumberFormatException | JacksonException noNumber) {
      return Optional.empty();
    }
  }

  static Optional<JsonNode> object(byte[] body) {
    try {
      return Optional.of(JSON.readTree(body)).filter(JsonNode::isObject);
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  static Optional<String> text(JsonNode json, String name) {
    JsonNode value = json.path(name);
    return value.isString() && !value.asString().isEmpty()
        ? Optional.of(value.asString())
        : Optional.empty();
  }

  /**
   * Seconds, or a date (RFC 9110 §10.2.3).
   *
   * @param now by the clock that such a date is of
   */
  static Optional<Duration> retryAfter(HttpHeaders headers, Instant now) {
    return headers
        .firstValue("Retry-After")
        .flatMap(value ->
            !value.isEmpty() && value.chars().allMatch(Character::isDigit)
                ? seconds(value)
                : ProviderClock.parsed(value).map(until -> Duration.between(now, until)))
        .filter(Duration::isPositive)
        .map(asked -> asked.compareTo(LONGEST_WAIT) < 0 ? asked : LONGEST_WAIT);
  }

  private static Optional<Duration> seconds(String digits) {
    try {
      return Optional.of(Duration.ofSeconds(Math.min(Long.parseLong(digits), LONGEST_SECONDS)));
    } catch (NumberFormatException tooMany) {
      return Optional.empty();
    }
  }
}
