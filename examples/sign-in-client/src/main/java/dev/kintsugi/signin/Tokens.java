package dev.kintsugi.signin;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a token endpoint answered.
 *
 * @param refreshToken null where the provider gave none
 * @param lifetime the access token's, counted from {@code receivedAt}; zero if the provider named
 *     none
 * @param scope space-separated, as granted; as asked for where the provider did not say
 */
public record Tokens(
    String accessToken,
    @Nullable String refreshToken,
    Duration lifetime,
    Instant receivedAt,
    String scope) {

  /** When the access token ends, by this machine's clock. */
  public Instant expiresAt() {
    return receivedAt.plus(lifetime);
  }

  /** Without the tokens themselves. */
  @Override
  public String toString() {
    return "Tokens[scope="
        + scope
        + ", expiresAt="
        + expiresAt()
        + (refreshToken == null ? "]" : ", refreshable]");
  }
}
