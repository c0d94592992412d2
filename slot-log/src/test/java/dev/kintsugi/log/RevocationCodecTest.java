package dev.kintsugi.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RevocationCodecTest {

  private static final GrantRevocation DELETED =
      new GrantRevocation(
          new ApplicationId("webmail"),
          "g-1",
          Optional.of(new UserId("alice")),
          Instant.ofEpochMilli(1_700_000_000_123L),
          "deleted");

  @Test
  void a_revocation_survives_the_wire() {
    GrantRevocation nobodys =
        new GrantRevocation(DELETED.application(), "g_2", Optional.empty(), DELETED.at(), "");
    for (GrantRevocation one : List.of(DELETED, nobodys)) {
      assertThat(RevocationCodec.decode(RevocationCodec.encode(one))).isEqualTo(one);
    }
    assertThat(RevocationCodec.key(DELETED))
        .isEqualTo("webmail/g-1".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void what_cannot_be_a_revocation_is_refused() {
    dev.kintsugi.proto.GrantRevocation sound =
        dev.kintsugi.proto.GrantRevocation.newBuilder()
            .setApplication("webmail")
            .setGrantId("g")
            .setAtMillis(1)
            .build();
    assertThat(RevocationCodec.decode(sound.toByteArray()).grantId()).isEqualTo("g");
    for (var unsound :
        List.of(
            sound.toBuilder().clearApplication(),
            sound.toBuilder().clearGrantId(),
            sound.toBuilder().setGrantId("a/b"),
            sound.toBuilder().setGrantId("x".repeat(129)),
            sound.toBuilder().clearAtMillis(),
            sound.toBuilder().setAtMillis(-1),
            sound.toBuilder().setReason("x".repeat(65)),
            sound.toBuilder().setReason("a\r\nb: c"),
            sound.toBuilder().setUserId("x".repeat(10_000)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RevocationCodec.decode(unsound.build().toByteArray()));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void noise_is_refused_or_read_and_nothing_else(long seed) {
    Random random = new Random(seed);
    byte[] sound = RevocationCodec.encode(DELETED);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = sound.clone();
      for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(RevocationCodec.decode(bytes).at().toEpochMilli()).isPositive();
      } catch (IllegalArgumentException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }
}
