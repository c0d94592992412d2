package dev.kintsugi.node.adapter.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonMergePatchTest {

  private final JsonMergePatch merge = new JsonMergePatch();

  /** The examples of RFC 7396, appendix A, whose result is a value. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":\"b\"} | {\"a\":\"c\"} | {\"a\":\"c\"}",
        "{\"a\":\"b\"} | {\"b\":\"c\"} | {\"a\":\"b\",\"b\":\"c\"}",
        "{\"a\":\"b\"} | {\"a\":null} | {}",
        "{\"a\":\"b\",\"b\":\"c\"} | {\"a\":null} | {\"b\":\"c\"}",
        "{\"a\":[\"b\"]} | {\"a\":\"c\"} | {\"a\":\"c\"}",
        "{\"a\":\"c\"} | {\"a\":[\"b\"]} | {\"a\":[\"b\"]}",
        "{\"a\":{\"b\":\"c\"}} | {\"a\":{\"b\":\"d\",\"c\":null}} | {\"a\":{\"b\":\"d\"}}",
        "{\"a\":[{\"b\":\"c\"}]} | {\"a\":[1]} | {\"a\":[1]}",
        "[\"a\",\"b\"] | [\"c\",\"d\"] | [\"c\",\"d\"]",
        "{\"a\":\"b\"} | [\"c\"] | [\"c\"]",
        "{\"a\":\"foo\"} | \"bar\" | \"bar\"",
        "{\"e\":null} | {\"a\":1} | {\"e\":null,\"a\":1}",
        "[1,2] | {\"a\":\"b\",\"c\":null} | {\"a\":\"b\"}",
        "{} | {\"a\":{\"bb\":{\"ccc\":null}}} | {\"a\":{\"bb\":{}}}",
        "{\"n\":1.10} | {\"m\":1e2} | {\"n\":1.10,\"m\":1E+2}",
      })
  void rfc_7396(String current, String patch, String result) {
    assertThat(merge.apply(Optional.of(current), patch)).contains(result);
  }

  @Test
  void null_removes_and_where_nothing_was_the_patch_is_stripped_of_nulls() {
    assertThat(merge.apply(Optional.of("1"), "null")).isEmpty();
    assertThat(merge.apply(Optional.empty(), "null")).isEmpty();
    assertThat(merge.apply(Optional.empty(), "{\"a\":null,\"b\":{\"c\":null}}"))
        .contains("{\"b\":{}}");
  }

  @Test
  void a_number_that_grew_when_it_was_stored_can_still_be_merged_with() {
    String taken = "{\"n\":" + "9".repeat(98) + "e9}";
    String stored = merge.apply(Optional.empty(), taken).orElseThrow();
    assertThat(stored.length()).isGreaterThan(taken.length());
    assertThat(merge.apply(Optional.of(stored), "{\"x\":1}").orElseThrow()).contains("\"x\":1");
  }
}
