package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.UnknownFieldSet;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.RefreshPolicy;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.ThresholdPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stored grants that nobody should have written: each is read, or refused with the one error that
 * stands for it, and what is read can be reckoned with.
 */
@Timeout(60)
class HostileGrantsTest {

  private static final GrantKey KEY =
      new GrantKey(new ApplicationId("webmail"), new GrantId("g-1"));
  private static final Instant NOW = Instant.parse("2026-11-23T10:30:00Z");
  private static final GrantCipher CIPHER = GrantCipher.of(List.of("11".repeat(32)));

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void hurt_cut_or_foreign_bytes_are_a_grant_or_refused(long seed) {
    Random random = new Random(seed);
    int read = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes =
          switch (random.nextInt(4)) {
            case 0 -> noise(random, 300);
            case 1 -> wild(random).toByteArray();
            default -> hurt(GrantCodec.encode(sound(random), random.nextLong()), random);
          };
      read += decoded(bytes).isPresent() ? 1 : 0;
    }
    assertThat(read).as("not all is refused").isBetween(500, 9_500);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void every_way_to_cut_a_grant_short_is_survived(long seed) {
    byte[] whole = GrantCodec.encode(sound(new Random(seed)), 7);
    for (int length = 0; length < whole.length; length++) {
      decoded(Arrays.copyOf(whole, length));
    }
    assertThat(decoded(whole)).isPresent();
  }

  @Test
  void fields_of_a_later_version_are_skipped() {
    UnknownFieldSet later =
        UnknownFieldSet.newBuilder()
            .mergeVarintField(500, 9)
            .mergeField(501, UnknownFieldSet.Field.newBuilder().addFixed64(7).build())
            .build();
    Grant grant = sound(new Random(1));
    byte[] bytes = joined(GrantCodec.encode(grant, 7), later.toByteArray());
    assertThat(decoded(bytes)).contains(grant);
  }

  @Test
  void a_message_nested_deeper_than_any_reader_follows_is_refused() {
    byte[] deep = new byte[500_000];
    Arrays.fill(deep, (byte) 0xa3); // Groups of an unknown field, each within the one before.
    assertThatIllegalArgumentException().isThrownBy(() -> GrantCodec.decode(KEY, deep));
  }

  @Test
  void a_length_that_promises_more_than_there_is_reserves_no_memory() {
    byte[] huge = {0x2a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 7};
    assertThatIllegalArgumentException().isThrownBy(() -> GrantCodec.decode(KEY, huge));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, -1, 1L << 62})
  void times_and_numbers_that_nothing_could_be_reckoned_with_are_refused(long number) {
    dev.kintsugi.proto.Grant wire = wire(sound(new Random(1)));
    for (dev.kintsugi.proto.Grant wrong :
        List.of(
            wire.toBuilder().setAccessExpiresAtMillis(number).build(),
            wire.toBuilder().setAccessIssuedAtMillis(number).build(),
            wire.toBuilder().setIdleTimeoutMillis(number).build(),
            wire.toBuilder().setGeneration(number == 1L << 62 ? number + 1 : number).build())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> GrantCodec.decode(KEY, wrong.toByteArray()));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void what_is_stored_but_was_not_encrypted_by_us_is_refused(long seed) {
    Random random = new Random(seed);
    byte[] content = GrantCodec.encode(sound(random), 7);
    String whole = CIPHER.encrypt(KEY, content);
    for (int i = 0; i < 3_000; i++) {
      String text =
          random.nextBoolean()
              ? new String(
                  hurt(whole.getBytes(StandardCharsets.UTF_8), random), StandardCharsets.UTF_8)
              : new String(noise(random, 300), StandardCharsets.ISO_8859_1);
      try {
        // Padding and bits that say nothing may have been hurt.
        assertThat(CIPHER.decrypt(KEY, text)).isEqualTo(content);
      } catch (IllegalArgumentException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
    assertThatIllegalArgumentException().isThrownBy(() -> CIPHER.decrypt(KEY, StoredGrant.DAMAGED));
  }

  @Test
  void what_is_larger_than_any_grant_is_refused_before_anything_is_made_of_it() {
    String huge = "A".repeat(StoredGrant.LARGEST + 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CIPHER.decrypt(KEY, huge))
        .withMessageContaining("larger");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void what_stands_in_the_schedule_is_a_task_or_refused(long seed) {
    Random random = new Random(seed);
    List<String> sound =
        List.of(
            new DueTask.Refresh(KEY).toString(), new DueTask.Revoke(KEY, "0123abcd").toString());
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes =
          random.nextInt(3) == 0
              ? noise(random, 60)
              : hurt(sound.get(i % 2).getBytes(StandardCharsets.UTF_8), random);
      String text = new String(bytes, StandardCharsets.UTF_8);
      try {
        assertThat(DueTask.parse(text)).hasToString(text);
      } catch (IllegalArgumentException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
    }
  }

  /** Whatever else is thrown fails the test. */
  private static Optional<Grant> decoded(byte[] bytes) {
    Grant grant;
    try {
      grant = GrantCodec.decode(KEY, bytes);
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return Optional.empty();
    }
    assertThat(grant.key()).isEqualTo(KEY);
    assertThat(grant.generation() + 1).isPositive();
    assertThat(grant.idleTimeout()).isGreaterThanOrEqualTo(Duration.ZERO);
    RefreshPolicy.Decision decision =
        new ThresholdPolicy(Duration.ofMinutes(5))
            .decide(
                RefreshPolicy.GrantFacts.of(grant),
                new RefreshPolicy.ActivityFacts(NOW, grant.idleTimeout()),
                NOW);
    if (decision instanceof RefreshPolicy.Decision.Later(Instant at, var _)) {
      assertThat(Duration.between(NOW, at).toMillis()).isNotEqualTo(Long.MIN_VALUE);
      assertThat(at.toEpochMilli()).isNotEqualTo(Long.MIN_VALUE);
    }
    grant
        .access()
        .ifPresent(token -> assertThat(token.lifetime().toMillis()).isNotEqualTo(Long.MIN_VALUE));
    return Optional.of(grant);
  }

  private static dev.kintsugi.proto.Grant wire(Grant grant) {
    try {
      return dev.kintsugi.proto.Grant.parseFrom(GrantCodec.encode(grant, 7));
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Of the right form, but with any values; every other one has the right key. */
  private static dev.kintsugi.proto.Grant wild(Random random) {
    boolean ours = random.nextBoolean();
    return dev.kintsugi.proto.Grant.newBuilder()
        .setId(ours ? "g-1" : text(random))
        .setApplication(ours ? "webmail" : text(random))
        .setUserId(text(random))
        .setProvider(text(random))
        .setRefreshToken(text(random))
        .setAccessToken(text(random))
        .setScope(text(random))
        .setDeadReason(text(random))
        .setPutDigest(text(random))
        .setAccessIssuedAtMillis(number(random))
        .setAccessExpiresAtMillis(number(random))
        .setGeneration(number(random))
        .setFence(random.nextLong())
        .setLastUsedAtMillis(random.nextLong())
        .setIdleTimeoutMillis(number(random))
        .build();
  }

  private static long number(Random random) {
    return random.nextInt(4) > 0 ? random.nextLong() >>> 20 : random.nextLong();
  }

  private static String text(Random random) {
    return new String(noise(random, 40), StandardCharsets.ISO_8859_1);
  }

  private static Grant sound(Random random) {
    Instant issued = Instant.ofEpochMilli(random.nextLong() >>> 20);
    return new Grant(
        KEY,
        new UserId("\u00e4lice"),
        "idp",
        random.nextBoolean()
            ? Optional.of(new Secret("r".repeat(1 + random.nextInt(50))))
            : Optional.empty(),
        Optional.of(new AccessToken(new Secret("a"), issued, issued.plusSeconds(120))),
        "openid email",
        random.nextInt(1_000),
        Duration.ofMillis(random.nextInt(1 << 30)),
        random.nextBoolean() ? Optional.of("invalid_grant") : Optional.empty(),
        "ff");
  }

  private static byte[] joined(byte[] first, byte[] second) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(first);
    joined.writeBytes(second);
    return joined.toByteArray();
  }

  private static byte[] noise(Random random, int most) {
    byte[] noise = new byte[random.nextInt(most)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] hurt(byte[] bytes, Random random) {
    byte[] hurt = Arrays.copyOf(bytes, Math.max(0, bytes.length - random.nextInt(3)));
    for (int i = random.nextInt(5); i > 0 && hurt.length > 0; i--) {
      hurt[random.nextInt(hurt.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return hurt;
  }
}
