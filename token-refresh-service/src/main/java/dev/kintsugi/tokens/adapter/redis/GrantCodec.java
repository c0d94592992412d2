package dev.kintsugi.tokens.adapter.redis;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.Redemptions;
import dev.kintsugi.tokens.domain.Redemptions.Begun;
import dev.kintsugi.tokens.domain.Redemptions.Rotation;
import dev.kintsugi.tokens.domain.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Grants to and from their message. */
final class GrantCodec {

  /** Of all refreshes that a grant may have seen, so that the next one can still be counted. */
  private static final long MOST_GENERATIONS = 1L << 62;

  /** Whatever is reckoned with times and durations up to these ends within a long. */
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

  private static final Duration LONGEST = Duration.between(Instant.EPOCH, LATEST);

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
            .setPutDigest(grant.putDigest())
            .setRotation(wire(grant.redemptions().rotation()));
    grant
        .redemptions()
        .begun()
        .ifPresent(begun ->
            wire.setBegunNumber(begun.number()).setBegunAtMillis(begun.at().toEpochMilli()));
    grant.redemptions().refusedAt().ifPresent(at -> wire.setRefusedAtMillis(at.toEpochMilli()));
    grant.sessionEndsAt().ifPresent(at -> wire.setSessionEndsAtMillis(at.toEpochMilli()));
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
   * @throws IllegalArgumentException if the bytes are no grant, that of another key, or if
   *     something in it cannot be
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
                    moment(wire.getAccessIssuedAtMillis()),
                    moment(wire.getAccessExpiresAtMillis()))),
        wire.getScope(),
        generation(wire.getGeneration()),
        idleTimeout(wire.getIdleTimeoutMillis()),
        text(wire.getDeadReason()),
        wire.getPutDigest(),
        new Redemptions(
            rotation(wire.getRotation()), begun(wire), known(wire.getRefusedAtMillis())),
        known(wire.getSessionEndsAtMillis()));
  }

  private static Optional<Instant> known(long millis) {
    return millis == 0 ? Optional.empty() : Optional.of(moment(millis));
  }

  private static Optional<Begun> begun(dev.kintsugi.proto.Grant wire) {
    return wire.getBegunNumber() == 0
        ? Optional.empty()
        : Optional.of(new Begun(wire.getBegunNumber(), moment(wire.getBegunAtMillis())));
  }

  private static dev.kintsugi.proto.Grant.Rotation wire(Rotation rotation) {
    return switch (rotation) {
      case UNKNOWN -> dev.kintsugi.proto.Grant.Rotation.ROTATION_UNSPECIFIED;
      case KEEPS -> dev.kintsugi.proto.Grant.Rotation.ROTATION_KEEPS;
      case ROTATES -> dev.kintsugi.proto.Grant.Rotation.ROTATION_ROTATES;
    };
  }

  private static Rotation rotation(dev.kintsugi.proto.Grant.Rotation wire) {
    return switch (wire) {
      case ROTATION_UNSPECIFIED, UNRECOGNIZED -> Rotation.UNKNOWN;
      case ROTATION_KEEPS -> Rotation.KEEPS;
      case ROTATION_ROTATES -> Rotation.ROTATES;
    };
  }

  private static Instant moment(long millis) {
    Instant moment = Instant.ofEpochMilli(millis);
    if (moment.isBefore(Instant.EPOCH) || moment.isAfter(LATEST)) {
      throw new IllegalArgumentException("a time beyond the years 1970 to 9999");
    }
    return moment;
  }

  private static long generation(long count) {
    if (count < 0 || count > MOST_GENERATIONS) {
      throw new IllegalArgumentException("a generation that cannot be reached");
    }
    return count;
  }

  private static Duration idleTimeout(long millis) {
    if (millis < 0 || millis > LONGEST.toMillis()) {
      throw new IllegalArgumentException("an idle timeout below 0 or beyond 8,000 years");
    }
    return Duration.ofMillis(millis);
  }

  private static Optional<String> text(String value) {
    return value.isEmpty() ? Optional.empty() : Optional.of(value);
  }
}
