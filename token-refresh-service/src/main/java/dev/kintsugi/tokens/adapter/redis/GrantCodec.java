package dev.kintsugi.tokens.adapter.redis;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Grants to and from their message. */
final class GrantCodec {

  private GrantCodec() {}

  static byte[] encode(Grant grant, long fence) {
    dev.kintsugi.proto.Grant.Builder wire =
        dev.kintsugi.proto.Grant.newBuilder()
            .setId(grant.key().id().value())
            .setApplication(grant.key().application().value())
            .setUserId(grant.user().value())
            .setProvider(grant.provider())
            .setScope(grant.scope())
            .setGeneration(grant.generation())
            .setFence(fence)
            .setIdleTimeoutMillis(grant.idleTimeout().toMillis())
            .setPutDigest(grant.putDigest());
    grant.refreshToken().ifPresent(token -> wire.setRefreshToken(token.value()));
    grant.deadReason().ifPresent(wire::setDeadReason);
    grant
        .access()
        .ifPresent(token ->
            wire.setAccessToken(token.value().value())
                .setAccessIssuedAtMillis(token.issuedAt().toEpochMilli())
                .setAccessExpiresAtMillis(token.expiresAt().toEpochMilli()));
    return wire.build().toByteArray();
  }

  /**
   * Reads a grant.
   *
   * @throws IllegalArgumentException if the bytes are no grant, or that of another key
   */
  static Grant decode(GrantKey key, byte[] bytes) {
    dev.kintsugi.proto.Grant wire;
    try {
      wire = dev.kintsugi.proto.Grant.parseFrom(bytes);
    } catch (InvalidProtocolBufferException malformed) {
      throw new IllegalArgumentException("not a grant", malformed);
    }
    if (!wire.getId().equals(key.id().value())
        || !wire.getApplication().equals(key.application().value())) {
      throw new IllegalArgumentException("the grant of another key");
    }
    return new Grant(
        key,
        new UserId(wire.getUserId()),
        wire.getProvider(),
        text(wire.getRefreshToken()).map(Secret::new),
        text(wire.getAccessToken())
            .map(token ->
                new AccessToken(
                    new Secret(token),
                    Instant.ofEpochMilli(wire.getAccessIssuedAtMillis()),
                    Instant.ofEpochMilli(wire.getAccessExpiresAtMillis()))),
        wire.getScope(),
        wire.getGeneration(),
        Duration.ofMillis(wire.getIdleTimeoutMillis()),
        text(wire.getDeadReason()),
        wire.getPutDigest());
  }

  private static Optional<String> text(String value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }
}
