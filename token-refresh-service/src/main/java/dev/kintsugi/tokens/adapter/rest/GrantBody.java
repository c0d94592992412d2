package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.Submission;
import dev.kintsugi.tokens.runtime.Providers;
import java.time.DateTimeException;
import java.time.Duration;
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
  private static final Duration LONGEST_IDLE = Duration.ofDays(3650);

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
        idleTimeout());
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
    return text("idleTimeout", 64).map(GrantBody::duration).orElse(Duration.ZERO);
  }

  private static Duration duration(String text) {
    try {
      Duration duration = Duration.parse(text);
      if (duration.isPositive() && duration.compareTo(LONGEST_IDLE) <= 0) {
        return duration;
      }
    } catch (DateTimeException | ArithmeticException notOne) {
      // Answered below.
    }
    throw wrong("idleTimeout must be a positive ISO 8601 duration such as \"PT30M\".");
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
