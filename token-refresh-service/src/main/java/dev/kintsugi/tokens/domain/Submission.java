package dev.kintsugi.tokens.domain;

import dev.kintsugi.core.UserId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A grant as an application hands it in.
 *
 * @param lifetime of the access token from now; empty: unknown
 * @param end of the session however much it is used; empty: it may go on
 */
public record Submission(
    UserId user,
    String provider,
    Optional<Secret> refreshToken,
    Optional<Secret> accessToken,
    Optional<Duration> lifetime,
    String scope,
    Duration idleTimeout,
    Optional<SessionEnd> end) {

  public Submission {
    if (refreshToken.isEmpty() && accessToken.isEmpty()) {
      throw new IllegalArgumentException("a grant needs a refreshToken, an accessToken or both");
    }
  }

  /** Of a session that may go on for as long as it is used. */
  public Submission(
      UserId user,
      String provider,
      Optional<Secret> refreshToken,
      Optional<Secret> accessToken,
      Optional<Duration> lifetime,
      String scope,
      Duration idleTimeout) {
    this(user, provider, refreshToken, accessToken, lifetime, scope, idleTimeout, Optional.empty());
  }

  /** SHA-256 of the refresh token in hex; empty without one. */
  String digest() {
    return digest(refreshToken);
  }

  static String digest(Optional<Secret> token) {
    return token.map(known -> sha256(known.value())).orElse("");
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
