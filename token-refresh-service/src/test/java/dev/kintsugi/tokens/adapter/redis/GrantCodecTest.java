package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.Redemptions;
import dev.kintsugi.tokens.domain.Redemptions.Begun;
import dev.kintsugi.tokens.domain.Redemptions.Rotation;
import dev.kintsugi.tokens.domain.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrantCodecTest {

  private static final GrantKey KEY = new GrantKey(new ApplicationId("webmail"), new GrantId("g1"));
  private static final Begun BEGUN = new Begun(7, Instant.parse("2026-01-01T00:00:00Z"));

  private static Grant grant(Redemptions redemptions) {
    return new Grant(
        KEY,
        new UserId("alice"),
        "idp",
        Optional.of(new Secret("r0")),
        Optional.empty(),
        "openid",
        3,
        Duration.ofMinutes(30),
        Optional.empty(),
        "",
        redemptions);
  }

  @ParameterizedTest
  @EnumSource
  void what_is_known_of_redemptions_is_kept(Rotation rotation) {
    for (Optional<Begun> begun : List.of(Optional.<Begun>empty(), Optional.of(BEGUN))) {
      Grant grant = grant(new Redemptions(rotation, begun));
      assertThat(GrantCodec.decode(KEY, GrantCodec.encode(grant, 7))).isEqualTo(grant);
    }
  }

  @Test
  void a_grant_that_was_stored_before_they_were_is_one_of_which_nothing_is_known()
      throws InvalidProtocolBufferException {
    byte[] old =
        dev.kintsugi.proto.Grant.parseFrom(GrantCodec.encode(grant(Redemptions.NONE), 7))
            .toBuilder()
            .clearBegunNumber()
            .clearBegunAtMillis()
            .clearRotation()
            .build()
            .toByteArray();
    assertThat(old).isEqualTo(GrantCodec.encode(grant(Redemptions.NONE), 7));
    assertThat(GrantCodec.decode(KEY, old).redemptions()).isEqualTo(Redemptions.NONE);
  }

  @Test
  void when_a_session_ends_and_a_token_was_refused_is_kept() throws InvalidProtocolBufferException {
    Instant end = Instant.parse("9999-12-30T23:59:59.999Z");
    Redemptions refused = new Redemptions(Rotation.KEEPS, Optional.of(BEGUN), Optional.of(end));
    Grant known = grant(refused);
    Grant ending =
        new Grant(
            KEY,
            known.user(),
            known.provider(),
            known.refreshToken(),
            known.access(),
            known.scope(),
            known.generation(),
            known.idleTimeout(),
            known.deadReason(),
            known.putDigest(),
            refused,
            Optional.of(end));
    byte[] bytes = GrantCodec.encode(ending, 7);
    assertThat(GrantCodec.decode(KEY, bytes)).isEqualTo(ending);
    dev.kintsugi.proto.Grant wire = dev.kintsugi.proto.Grant.parseFrom(bytes);
    for (long senseless : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              GrantCodec.decode(
                  KEY, wire.toBuilder().setSessionEndsAtMillis(senseless).build().toByteArray()));
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              GrantCodec.decode(
                  KEY, wire.toBuilder().setRefusedAtMillis(senseless).build().toByteArray()));
    }
  }

  @Test
  void a_time_that_cannot_be_is_refused() throws InvalidProtocolBufferException {
    byte[] senseless =
        dev.kintsugi.proto.Grant.parseFrom(GrantCodec.encode(grant(Redemptions.NONE), 7))
            .toBuilder()
            .setBegunNumber(1)
            .setBegunAtMillis(Long.MAX_VALUE)
            .setRotationValue(99)
            .build()
            .toByteArray();
    assertThatIllegalArgumentException().isThrownBy(() -> GrantCodec.decode(KEY, senseless));
  }
}
