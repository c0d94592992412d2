package dev.kintsugi.example.idp;

import java.time.Duration;

/** How long tokens issued from now on live. Thread-safe; tokens already out keep their end. */
final class TokenLifetimes {

  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofDays(30);

  private final Duration refreshToken;
  private volatile Duration accessToken;

  TokenLifetimes(Duration accessToken, Duration refreshToken) {
    this.accessToken = check("access token lifetime", accessToken);
    this.refreshToken = check("refresh token lifetime", refreshToken);
  }

  Duration accessToken() {
    return accessToken;
  }

  Duration refreshToken() {
    return refreshToken;
  }

  void changeAccessToken(Duration lifetime) {
    accessToken = check("accessTokenTtl", lifetime);
  }

  /**
   * @throws IllegalArgumentException outside of one second to 30 days
   */
  static Duration check(String what, Duration lifetime) {
    if (lifetime.compareTo(LEAST) < 0 || lifetime.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(
          what + " must be between " + LEAST + " and " + MOST + ", got " + lifetime);
    }
    return lifetime;
  }
}
