package dev.kintsugi.log;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** Records of the topic revocations to bytes and back. Stateless. */
public final class RevocationCodec {

  private RevocationCodec() {}

  /** The key of a revocation: its grant's. */
  public static byte[] key(GrantRevocation revocation) {
    return (revocation.application() + "/" + revocation.grantId()).getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] encode(GrantRevocation revocation) {
    dev.kintsugi.proto.GrantRevocation.Builder wire =
        dev.kintsugi.proto.GrantRevocation.newBuilder()
            .setApplication(revocation.application().value())
            .setGrantId(revocation.grantId())
            .setAtMillis(revocation.at().toEpochMilli())
            .setReason(revocation.reason());
    revocation.user().ifPresent(user -> wire.setUserId(user.value()));
    return wire.build().toByteArray();
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if the bytes are not a sound record
   */
  public static GrantRevocation decode(byte[] bytes) {
    dev.kintsugi.proto.GrantRevocation wire;
    try {
      wire = dev.kintsugi.proto.GrantRevocation.parseFrom(bytes);
    } catch (InvalidProtocolBufferException malformed) {
      throw new IllegalArgumentException("not a revocation", malformed);
    }
    if (wire.getAtMillis() <= 0) {
      throw new IllegalArgumentException("a revocation must say when it was");
    }
    return new GrantRevocation(
        new ApplicationId(wire.getApplication()),
        wire.getGrantId(),
        wire.getUserId().isEmpty() ? Optional.empty() : Optional.of(new UserId(wire.getUserId())),
        Instant.ofEpochMilli(wire.getAtMillis()),
        wire.getReason());
  }
}
