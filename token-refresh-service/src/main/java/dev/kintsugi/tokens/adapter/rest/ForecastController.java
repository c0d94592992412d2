package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Problem;
import dev.kintsugi.kit.ProblemException;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import dev.kintsugi.tokens.runtime.ForecastDesk;
import dev.kintsugi.tokens.runtime.ForecastDesk.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * What is known and expected of a user's activity, and what was decided about his tokens (scope
 * {@code kintsugi.admin}); for the users whose share is at this instance.
 */
@RestController
public final class ForecastController {

  private final ForecastDesk desk;
  private final String policy;
  private final Supplier<List<Map<String, Object>>> calibration;
  private final VirtualThreads threads;

  /**
   * Shows forecasts.
   *
   * @param policy by which tokens are renewed, as it is called
   * @param calibration how good forecasts of this instance were, ready to be shown
   */
  public ForecastController(
      ForecastDesk desk,
      String policy,
      Supplier<List<Map<String, Object>>> calibration,
      VirtualThreads threads) {
    this.desk = desk;
    this.policy = policy;
    this.calibration = calibration;
    this.threads = threads;
  }

  @GetMapping("/admin/v1/users/{userId}/forecast")
  Mono<ResponseEntity<Map<String, @Nullable Object>>> forecast(
      @PathVariable String userId, ServerWebExchange exchange) {
    UserKey user = new UserKey(application(exchange.getRequest().getQueryParams()), user(userId));
    return threads.run(
        HttpMethod.GET,
        () ->
            ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.APPLICATION_JSON)
                .body(shown(user, seen(user))));
  }

  private Map<String, @Nullable Object> shown(UserKey user, Answer.Seen seen) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("user", user.user().value());
    body.put("application", user.application().value());
    body.put("policy", policy);
    body.putAll(ForecastBody.of(seen));
    body.put("calibration", calibration.get());
    return body;
  }

  private Answer.Seen seen(UserKey user) {
    return switch (desk.look(user)) {
      case Answer.Seen seen -> seen;
      case Answer.Unknown _ ->
          throw refused(
              HttpStatus.NOT_FOUND, "Nothing is known of such a user of this application.");
      case Answer.Elsewhere(int share) ->
          throw refused(
              HttpStatus.CONFLICT,
              "The user is in share " + share + ", which is not at this instance: ask another.");
      case Answer.NoForecasts _ ->
          throw refused(
              HttpStatus.CONFLICT,
              "The policy is " + policy + ": only the policy predictive makes forecasts.");
    };
  }

  private static UserId user(String userId) {
    try {
      return new UserId(userId);
    } catch (IllegalArgumentException malformed) {
      throw Problems.malformed("A user id must be 1 to 256 characters, none a control character.")
          .asException();
    }
  }

  private static ApplicationId application(MultiValueMap<String, String> parameters) {
    List<String> named = parameters.getOrDefault("application", List.of());
    if (named.size() != 1) {
      throw Problems.malformed(
              "The parameter application must be given, once: the client id of the application"
                  + " whose user is meant. The caller's own is not taken for it.")
          .asException();
    }
    try {
      return new ApplicationId(Objects.requireNonNullElse(named.getFirst(), ""));
    } catch (IllegalArgumentException malformed) {
      throw Problems.malformed(
              "The parameter application must be 1 to 128 printable ASCII characters without"
                  + " blanks, quotes and backslashes.")
          .asException();
    }
  }

  private static ProblemException refused(HttpStatus status, String detail) {
    return Problem.refused(status, detail).asException();
  }
}
