package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.SessionEnd;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.runtime.Providers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;

/**
 * Reads the body of {@code PUT /v1/grants/{id}}; whatever is wrong with it is a problem that says
 * so.
 */
final class GrantBody {

  private static final int LONGEST_TOKEN = 16 * 1024;
  private static final int LONGEST_SCOPE = 2048;
  private static final long LONGEST_SECONDS = Duration.ofDays(3650).toSeconds();
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(3650);
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  private final JsonNode body;

  private GrantBody(JsonNode body) {
    this.body = body;
  }

  static Submission read(byte[] bytes, Providers providers) {
    JsonNode json = Json.read(bytes);
    if (!json.isObject()) {
      throw Problems.malformed("The body must be a JSON object.").asException();
    }
    return new GrantBody(json).submission(providers);
  }

  private Submission submission(Providers providers) {
    Optional<String> user = text("userId", 256);
    Optional<Secret> refreshToken = text("refreshToken", LONGEST_TOKEN).map(Secret::new);
    Optional<Secret> accessToken = text("accessToken", LONGEST_TOKEN).map(Secret::new);
    if (user.isEmpty()) {
      throw wrong("userId is missing.");
    }
    if (refreshToken.isEmpty() && accessToken.isEmpty()) {
      throw wrong("A grant needs a refreshToken, an accessToken or both.");
    }
    return new Submission(
        userId(user.get()),
        provider(providers),
        refreshToken,
        accessToken,
        lifetime(),
        text("scope", LONGEST_SCOPE).orElse(""),
        idleTimeout(),
        end());
  }

  private static UserId userId(String value) {
    try {
      return new UserId(value);
    } catch (IllegalArgumentException notOne) {
      throw wrong("userId must be 1 to 256 characters without control characters.");
    }
  }

  private String provider(Providers providers) {
    String name =
        text("provider", 128)
            .or(providers::defaultName)
            .orElseThrow(() -> wrong("provider is missing; several are configured."));
    if (providers.find(name).isEmpty()) {
      throw wrong("provider is not one of those configured.");
    }
    return name;
  }

  private Optional<Duration> lifetime() {
    JsonNode value = body.path("expiresIn");
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.asLong() < 1
        || value.asLong() > LONGEST_SECONDS) {
      throw wrong("expiresIn must be a whole number of seconds, 1 to " + LONGEST_SECONDS + ".");
    }
    return Optional.of(Duration.ofSeconds(value.asLong()));
  }

  private Duration idleTimeout() {
    return text("idleTimeout", 64).map(text -> duration("idleTimeout", text)).orElse(Duration.ZERO);
  }

  private Optional<SessionEnd> end() {
    Optional<String> after = text("absoluteTimeout", 64);
    Optional<String> at = text("sessionEndsAt", 64);
    if (after.isPresent() && at.isPresent()) {
      throw wrong("A grant has an absoluteTimeout or a sessionEndsAt, not both.");
    }
    return after
        .<SessionEnd>map(text -> new SessionEnd.After(duration("absoluteTimeout", text)))
        .or(() -> at.map(text -> new SessionEnd.At(moment(text))));
  }

  private static Instant moment(String text) {
    try {
      Instant moment = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
      if (!moment.isBefore(Instant.EPOCH) && moment.isBefore(LATEST)) {
        return moment;
      }
    } catch (DateTimeException notOne) {
      // Answered below.
    }
    throw wrong(
        "sessionEndsAt must be a time of RFC 3339 such as \"2030-01-31T12:00:00Z\", in the years"
            + " 1970 to 9999.");
  }

  private static Duration duration(String name, String text) {
    try {
      Duration duration = Duration.parse(text);
      if (duration.toMillis() > 0 && duration.compareTo(LONGEST_TIMEOUT) <= 0) {
        return duration;
      }
    } catch (DateTimeException | ArithmeticException notOne) {
      // Answered below.
    }
    throw wrong(name + " must be a positive ISO 8601 duration such as \"PT30M\".");
  }

  private Optional<String> text(String name, int longest) {
    JsonNode value = body.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isString() || value.asString().isEmpty() || value.asString().length() > longest) {
      throw wrong(name + " must be a string of 1 to " + longest + " characters.");
    }
    if (!Secret.canBe(value.asString())) {
      throw wrong(name + " must be of whole characters, none a control character.");
    }
    return Optional.of(value.asString());
  }

  private static dev.kintsugi.kit.ProblemException wrong(String detail) {
    return Problem.refused(HttpStatus.BAD_REQUEST, detail).asException();
  }
}
