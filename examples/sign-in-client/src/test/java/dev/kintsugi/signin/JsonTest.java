package dev.kintsugi.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void an_object_is_read_with_all_that_may_be_in_it() {
    Map<String, Object> object =
        Json.object(
            " {\"a\":\"x\\n\\u00e9\\\"\",\"b\":-1.5e1,\"c\":[true,false,null,{}],\"d\":{\"e\":[]}} ");
    assertThat(object)
        .containsEntry("a", "x\né\"")
        .containsEntry("b", -15.0)
        .containsEntry("c", Arrays.asList(true, false, null, Map.of()))
        .containsEntry("d", Map.of("e", List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "<html>",
        "{",
        "{\"a\"",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1}x",
        "{a:1}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":tru}",
        "{\"a\":[1}",
        "{\"a\":\"\n\"}"
      })
  void anything_else_is_refused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Json.object(text));
  }

  @Test
  void depth_is_bounded() {
    String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertThatIllegalArgumentException().isThrownBy(() -> Json.object(deep));
  }
}
