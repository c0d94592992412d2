package dev.kintsugi.gateway.adapter.rest;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.PlacementKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Where sessions without a user go. Under an idempotency key the place follows from application and
 * key, so that a repeated request meets the session it made; else it is random. Thread-safe.
 */
final class Placements {

  private static final byte[] PURPOSE = "placement\0".getBytes(StandardCharsets.UTF_8);

  private final HashFunction keyed;
  private final SecureRandom random = new SecureRandom();

  /**
   * Placements under a secret of the deployment.
   *
   * @param secret at least 16 bytes
   */
  Placements(byte[] secret) {
    this.keyed = Hashing.hmacSha256(secret);
  }

  PlacementKey withoutUser(ApplicationId application, Optional<String> idempotencyKey) {
    return idempotencyKey
        .map(key ->
            new PlacementKey(
                keyed
                    .newHasher()
                    .putBytes(PURPOSE)
                    .putInt(application.value().length())
                    .putString(application.value(), StandardCharsets.UTF_8)
                    .putString(key, StandardCharsets.UTF_8)
                    .hash()
                    .asLong()))
        .orElseGet(() -> new PlacementKey(random.nextLong()));
  }
}
