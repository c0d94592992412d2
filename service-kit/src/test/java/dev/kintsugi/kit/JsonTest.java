package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class JsonTest {

  private static String arrays(int deep) {
    return "[".repeat(deep) + "]".repeat(deep);
  }

  private static String objects(int deep) {
    return "{\"a\":".repeat(deep - 1) + "{}" + "}".repeat(deep - 1);
  }

  /** Each at one of the bounds. */
  static Stream<String> extremes() {
    return Stream.of(
        "{\"a\":" + arrays(Json.DEEPEST - 1) + "}",
        objects(Json.DEEPEST),
        "{\"a\":\"" + "x".repeat(Json.LONGEST_STRING) + "\"}",
        "{\"a\":\"" + "\u00e4".repeat(Json.LONGEST_STRING) + "\"}",
        "{\"a\":\"" + "\\u0001".repeat(Json.LONGEST_STRING) + "\"}",
        "{\"a\":" + "9".repeat(Json.LONGEST_NUMBER) + "}",
        "{\"a\":-0." + "9".repeat(Json.LONGEST_NUMBER - 1) + "}",
        "{\"a\":" + "9".repeat(Json.LONGEST_NUMBER - 3) + "e-999}",
        "{\"a\":1e400}",
        "{\"a\":1e99999}",
        "{\"a\":[-1E-99999]}",
        "{\"a\":" + "9".repeat(Json.LONGEST_NUMBER - 6) + "e99999}",
        "{\"" + "n".repeat(Json.LONGEST_NAME) + "\":1}");
  }

  @ParameterizedTest
  @MethodSource("extremes")
  void what_is_taken_in_can_be_stored_wrapped_and_read_again(String text) {
    JsonNode taken = Json.read(text.getBytes(StandardCharsets.UTF_8));
    assertThat(Json.isObject(text.getBytes(StandardCharsets.UTF_8))).isTrue();
    ObjectNode wrapped = Json.STORED.createObjectNode();
    wrapped.putObject("areas").putObject("settings").set("attributes", taken);
    String told = Json.STORED.writeValueAsString(wrapped);
    JsonNode back = Json.STORED.readTree(told).at("/areas/settings/attributes");
    assertThat(back).isEqualTo(taken);
    assertThat(Json.STORED.readTree(Json.STORED.writeValueAsString(back))).isEqualTo(taken);
  }

  /** Each one beyond a bound. */
  static Stream<String> beyond() {
    return Stream.of(
        "{\"a\":" + arrays(Json.DEEPEST) + "}",
        objects(Json.DEEPEST + 1),
        "{\"a\":\"" + "x".repeat(Json.LONGEST_STRING + 100_000) + "\"}",
        "{\"a\":" + "9".repeat(Json.LONGEST_NUMBER + 1) + "}",
        "{\"a\":" + "9".repeat(Json.LONGEST_NUMBER) + ".0}",
        "{\"a\":1e99999999999}",
        "{\"a\":[{\"b\":-1e99999999999}]}",
        "{\"a\":1e-2147483648}",
        "{\"a\":0.1e-2147483647}",
        "{\"a\":0e99999999999}",
        "{\"a\":12e2147483647}",
        "{\"a\":1e100000}",
        "{\"a\":1e-100000}",
        "{\"a\":1",
        "{\"a\":1,\"a\":2}",
        "{} {}");
  }

  @ParameterizedTest
  @MethodSource("beyond")
  void what_is_out_of_bounds_is_malformed(String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Json.read(body)).satisfies(JsonTest::isMalformed);
    if (!text.equals("{} {}") && text.length() < Json.LONGEST_STRING) {
      assertThatThrownBy(() -> Json.isObject(body)).satisfies(JsonTest::isMalformed);
    }
  }

  private static void isMalformed(Throwable error) {
    assertThat(Problems.of(error)).map(Problem::status).contains(HttpStatus.BAD_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "[{}]", "1", "1e5", "null", "\"{}\"", "{} {}", "{}1"})
  void what_is_no_single_object_is_told_apart(String text) {
    assertThat(Json.isObject(text.getBytes(StandardCharsets.UTF_8))).isFalse();
  }
}
