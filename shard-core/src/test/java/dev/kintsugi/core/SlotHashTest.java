package dev.kintsugi.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotHashTest {

  private static final String KEY = "000102030405060708090a0b0c0d0e0f";

  /**
   * From {@code vectors.h} of the reference implementation, outputs read as little-endian numbers.
   */
  @ParameterizedTest(name = "input of {0} bytes")
  @CsvSource({
    "0,726fdb47dd0e0e31",
    "1,74f839c593dc67fd",
    "2,0d6c8009d9a94f5a",
    "3,85676696d7fb7e2d",
    "7,ab0200f58b01d137",
    "8,93f5f5799a932462",
    "15,a129ca6149be45e5"
  })
  void agrees_with_the_published_vectors(int length, String expected) {
    byte[] input = new byte[length];
    for (int i = 0; i < length; i++) {
      input[i] = (byte) i;
    }
    assertThat(new PlacementKey(SlotHash.ofHexKey(KEY).ofBytes(input))).hasToString(expected);
  }

  @Test
  void tells_apart_names_that_only_join_to_the_same_text() {
    SlotHash hash = SlotHash.ofHexKey(KEY);
    assertThat(hash.of(new ApplicationId("ab"), new UserId("c")))
        .isNotEqualTo(hash.of(new ApplicationId("a"), new UserId("bc")));
  }

  @Test
  void a_slot_is_the_unsigned_remainder() {
    assertThat(new PlacementKey(-1).slot(16)).isEqualTo(15);
    assertThat(new PlacementKey(-1).slot(10)).isEqualTo(5);
  }

  @Test
  void a_bad_key_is_refused_without_being_shown() {
    assertThatThrownBy(() -> SlotHash.ofHexKey("secret-secret"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 hexadecimal digits")
        .hasMessageNotContaining("secret-");
  }
}
