package dev.kintsugi.node.adapter.proto;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.AppliedRequest;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.proto.Attribute;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A shard to bytes and back. Stateless. */
final class ShardCodec {

  private ShardCodec() {}

  static byte[] encode(Shard shard) {
    dev.kintsugi.proto.Shard.Builder wire =
        dev.kintsugi.proto.Shard.newBuilder()
            .setApplication(shard.application().value())
            .setUserId(shard.user().map(UserId::value).orElse(""))
            .setEndedAtMillis(shard.endedAt().map(Instant::toEpochMilli).orElse(0L));
    shard
        .content()
        .forEach((array, nameAt, nameLength, valueAt, valueLength) ->
            wire.addAttributes(
                Attribute.newBuilder()
                    .setNameBytes(UnsafeByteOperations.unsafeWrap(array, nameAt, nameLength))
                    .setJson(UnsafeByteOperations.unsafeWrap(array, valueAt, valueLength))));
    shard.requests().forEach(request -> wire.addRequests(request(request)));
    shard.facts().ifPresent(facts -> wire.setFacts(facts(facts)));
    return wire.build().toByteArray();
  }

  private static dev.kintsugi.proto.AppliedRequest request(AppliedRequest request) {
    return dev.kintsugi.proto.AppliedRequest.newBuilder()
        .setKeyHigh(request.key().high())
        .setKeyLow(request.key().low())
        .setFingerprint(request.key().fingerprint())
        .setVersion(request.version().value())
        .setAtMillis(request.at().toEpochMilli())
        .build();
  }

  private static dev.kintsugi.proto.SessionFacts facts(SessionFacts facts) {
    return dev.kintsugi.proto.SessionFacts.newBuilder()
        .setState(
            switch (facts.state()) {
              case LIVE -> dev.kintsugi.proto.SessionFacts.State.LIVE;
              case ENDING -> dev.kintsugi.proto.SessionFacts.State.ENDING;
              case ENDED -> dev.kintsugi.proto.SessionFacts.State.ENDED;
            })
        .setCreatedAtMillis(facts.createdAt().toEpochMilli())
        .setIdleTimeoutMillis(facts.idleTimeout().map(Duration::toMillis).orElse(0L))
        .setAbsoluteTimeoutMillis(facts.absoluteTimeout().map(Duration::toMillis).orElse(0L))
        .setGrantId(facts.grantId().orElse(""))
        .setLastActiveMillis(facts.lastActiveAt().map(Instant::toEpochMilli).orElse(0L))
        .build();
  }

  /**
   * Reads a shard.
   *
   * @throws IllegalArgumentException if a field is not sound
   * @throws InvalidProtocolBufferException if the bytes are no message
   */
  static Shard decode(byte[] bytes, ShardVersion version) throws InvalidProtocolBufferException {
    return new ShardReader(bytes).read(version);
  }

  static AppliedRequest request(dev.kintsugi.proto.AppliedRequest wire) {
    return new AppliedRequest(
        new RequestKey(wire.getKeyHigh(), wire.getKeyLow(), wire.getFingerprint()),
        new ShardVersion(wire.getVersion()),
        Instant.ofEpochMilli(wire.getAtMillis()));
  }

  static SessionFacts facts(dev.kintsugi.proto.SessionFacts wire) {
    SessionFacts.State state =
        switch (wire.getState()) {
          case LIVE -> SessionFacts.State.LIVE;
          case ENDING -> SessionFacts.State.ENDING;
          case ENDED -> SessionFacts.State.ENDED;
          case STATE_UNSPECIFIED, UNRECOGNIZED ->
              throw new IllegalArgumentException("a session of no known state");
        };
    return new SessionFacts(
        state,
        Instant.ofEpochMilli(wire.getCreatedAtMillis()),
        duration(wire.getIdleTimeoutMillis()),
        duration(wire.getAbsoluteTimeoutMillis()),
        wire.getGrantId().isEmpty() ? Optional.empty() : Optional.of(wire.getGrantId()),
        wire.getLastActiveMillis() == 0
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(wire.getLastActiveMillis())));
  }

  private static Optional<Duration> duration(long millis) {
    if (millis < 0) {
      throw new IllegalArgumentException("a timeout below 0");
    }
    return millis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
  }

  static dev.kintsugi.proto.Epoch epoch(Epoch epoch) {
    return dev.kintsugi.proto.Epoch.newBuilder()
        .setGrant(epoch.grant())
        .setAttempt(epoch.attempt())
        .build();
  }

  static Epoch epoch(dev.kintsugi.proto.Epoch wire) {
    return new Epoch(wire.getGrant(), wire.getAttempt());
  }
}
