package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderValuesTest {

  /** As it stands in the firewall of Spring Security 7.1. */
  private static final Pattern RULE =
      Pattern.compile("[\\p{IsAssigned}&&[[^\\p{IsControl}]||\\t]]*");

  @Test
  void each_character_is_allowed_exactly_where_the_firewalls_own_rule_allows_it() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String value = "a" + Character.toString(c) + "b";
      assertThat(HeaderValues.allowed(value))
          .as("U+%04X", c)
          .isEqualTo(RULE.matcher(value).matches());
    }
  }

  @Test
  void a_header_that_is_not_there_is_allowed() {
    assertThat(HeaderValues.allowed(null)).isTrue();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8})
  void and_so_are_strings_of_them(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        text.append(
            (char) (random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(256)));
      }
      String value = text.toString();
      assertThat(HeaderValues.allowed(value)).as(value).isEqualTo(RULE.matcher(value).matches());
    }
  }
}
