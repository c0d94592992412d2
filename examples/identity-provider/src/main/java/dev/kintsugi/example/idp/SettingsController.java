package dev.kintsugi.example.idp;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Settings that may change while the provider runs. A demo that compresses time shortens the
 * tokens' lives with it. From this machine only, with a token of scope {@code kintsugi.admin}.
 */
@RestController
@RequestMapping("/admin/settings")
final class SettingsController {

  record Settings(@Nullable Duration accessTokenTtl) {}

  private final TokenLifetimes lifetimes;

  SettingsController(TokenLifetimes lifetimes) {
    this.lifetimes = lifetimes;
  }

  @GetMapping
  Settings read() {
    return new Settings(lifetimes.accessToken());
  }

  @PutMapping
  Settings change(@RequestBody Settings settings) {
    if (settings.accessTokenTtl() == null) {
      throw new IllegalArgumentException("accessTokenTtl is missing, e.g. \"PT2M\"");
    }
    lifetimes.changeAccessToken(settings.accessTokenTtl());
    return read();
  }

  @ExceptionHandler
  ProblemDetail malformed(IllegalArgumentException wrong) {
    return ProblemDetail.forStatusAndDetail(
        HttpStatus.BAD_REQUEST, String.valueOf(wrong.getMessage()));
  }
}
