package dev.kintsugi.tokens.adapter.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.tokens.domain.AccessToken;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrantCipherTest {

  private static final String ONE = "11".repeat(32);
  private static final String TWO = "22".repeat(32);
  private static final GrantKey A = key("a");
  private static final GrantKey B = key("b");
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

  @Test
  void what_was_written_under_one_key_is_not_read_under_another() {
    GrantCipher cipher = GrantCipher.of(List.of(ONE));
    String text = cipher.encrypt(A, CONTENT);
    assertThat(cipher.decrypt(A, text)).isEqualTo(CONTENT);
    assertThatIllegalArgumentException().isThrownBy(() -> cipher.decrypt(B, text));
  }

  @Test
  void keys_can_be_changed_while_old_ones_still_read() {
    String old = GrantCipher.of(List.of(ONE)).encrypt(A, CONTENT);
    GrantCipher ring = GrantCipher.of(List.of(TWO, ONE));
    assertThat(ring.decrypt(A, old)).isEqualTo(CONTENT);
    String anew = ring.encrypt(A, CONTENT);
    assertThat(GrantCipher.of(List.of(TWO)).decrypt(A, anew)).isEqualTo(CONTENT);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GrantCipher.of(List.of(ONE)).decrypt(A, anew));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "!", "AAAA", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
  void noise_is_refused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GrantCipher.of(List.of(ONE)).decrypt(A, text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "11", "zz", "secret-that-is-no-hex"})
  void a_key_of_another_form_is_refused_without_being_shown(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GrantCipher.of(List.of(key)))
        .satisfies(refusal -> assertThat(String.valueOf(refusal)).doesNotContain("secret-that"));
  }

  @Test
  void a_grant_is_read_back_as_it_was_written() {
    for (Grant grant : List.of(full(), bare())) {
      assertThat(GrantCodec.decode(A, GrantCodec.encode(grant, 7))).isEqualTo(grant);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GrantCodec.decode(B, GrantCodec.encode(full(), 7)));
  }

  /** Stored grants outlive the code that wrote them. */
  @Test
  void the_bytes_of_a_grant_do_not_change() {
    assertThat(HexFormat.of().formatHex(GrantCodec.encode(full(), 7)))
        .isEqualTo(
            "0a016112077765626d61696c1a05616c69636522036964702a0172320161"
                + "38c0f9f1b6b7334080d0eab6b7334a066f70656e69645003580768c0cf247a026666");
  }

  private static Grant full() {
    return new Grant(
        A,
        new UserId("alice"),
        "idp",
        Optional.of(new Secret("r")),
        Optional.of(
            new AccessToken(
                new Secret("a"),
                Instant.ofEpochMilli(1_767_225_600_000L),
                Instant.ofEpochMilli(1_767_225_720_000L))),
        "openid",
        3,
        Duration.ofMinutes(10),
        Optional.empty(),
        "ff");
  }

  private static Grant bare() {
    return new Grant(
        A,
        new UserId("alice"),
        "idp",
        Optional.of(new Secret("r")),
        Optional.empty(),
        "",
        0,
        Duration.ZERO,
        Optional.of("invalid_grant"),
        "");
  }

  private static GrantKey key(String id) {
    return new GrantKey(new ApplicationId("webmail"), new GrantId(id));
  }
}
