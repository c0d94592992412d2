package dev.kintsugi.node.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;

/** Bodies of requests that are hurt, cut short, nested without end or mere noise: a 400, always. */
class HostileDocumentsTest {

  private static final Areas AREAS =
      Areas.of(
          List.of(
              new AreaPolicy(Area.SESSION, 4, 2, 1_000),
              new AreaPolicy(new Area("settings"), 4, 2, 1_000)));

  private static final List<String> SOUND =
      List.of(
          """
          {"userId":"alice","areas":{"settings":{"theme":"dark","n":[1,2.5e3,{"a":null}]}},\
          "idleTimeout":"PT30M","absoluteTimeout":"PT12H","grantId":"g-1"}\
          """,
          """
          {"application":"app","userId":"älice","attributes":{"ü":"\\u20ac","n":[1E5,-0.0],"deep":[[[[{}]]]]}}\
          """,
          """
          {"a":1e999,"b":-0.0,"c":"\\ud83d\\ude00","d":true}\
          """,
          """
          {"\\ud83d\\ude00 n":[0,-0,2147483648,-9223372036854775809,1.0,1.50,1E5,1e-7,0.0,0e10,-0.0,\
          100000000.000],"s":["\\u0041\\/\\b\\u2028 \\u007f","ü€😀"],"z":false,"y":{},"x":[]}\
          """,
          """
          {"b":{"half":"\\ud83d","b":null}, "a" : {"ä\\n" : [ true , null ]},"c":null}\
          """);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void a_hostile_body_is_malformed_or_sound_and_never_anything_else(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] body = hostile(random);
      check(() -> Documents.newSession(body, AREAS));
      check(() -> Documents.owned(body));
      check(() -> Attributes.put(body));
      check(() -> Attributes.patch(body));
    }
  }

  /** What was read token by token is what a tree would have been written as. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13})
  void attributes_are_kept_as_their_tree_would_be_written(long seed) {
    Random random = new Random(seed);
    int sound = 0;
    for (int i = 0; i < 5_000; i++) {
      byte[] body = random.nextInt(4) == 0 ? one(random) : hostile(random);
      Optional<SortedMap<String, String>> kept = found(() -> Attributes.put(body).attributes());
      assertThat(kept).isEqualTo(byTree(body, false));
      assertThat(found(() -> Attributes.patch(body))).isEqualTo(byTree(body, true));
      if (kept.isPresent()) {
        sound++;
        assertThat(Attributes.put(Json.read(body)).attributes()).isEqualTo(kept.get());
      }
    }
    assertThat(sound).isGreaterThan(100);
  }

  @Test
  void numbers_out_of_bounds_are_malformed_wherever_attributes_stand() {
    byte[] plain = utf8("{\"n\":1e100000}");
    byte[] nested = utf8("{\"application\":\"app\",\"attributes\":{\"n\":[{\"x\":1e100000}]}}");
    assertThat(found(() -> Attributes.put(plain))).isEmpty();
    assertThat(found(() -> Attributes.patch(plain))).isEmpty();
    assertThat(found(() -> Documents.owned(nested))).isEmpty();
  }

  @Test
  void attributes_of_another_node_are_kept_as_they_were_written() {
    byte[] body =
        utf8("{\"application\":\"app\",\"attributes\":{\"n\":[1E+5,1.50,0],\"s\":\"ü\"}}");
    assertThat(Documents.owned(body).content().attributes())
        .containsExactly(Map.entry("n", "[1E+5,1.50,0]"), Map.entry("s", "\"ü\""));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] one(Random random) {
    return SOUND.get(random.nextInt(SOUND.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static <T> Optional<T> found(Supplier<T> reading) {
    try {
      return Optional.of(reading.get());
    } catch (ProblemException e) {
      return Optional.empty();
    }
  }

  private static Optional<SortedMap<String, String>> byTree(byte[] body, boolean mayBeNull) {
    return found(() -> Json.read(body))
        .filter(JsonNode::isObject)
        .filter(tree ->
            tree.properties().stream()
                .allMatch(member ->
                    isName(member.getKey()) && (mayBeNull || !member.getValue().isNull())))
        .map(HostileDocumentsTest::texts)
        .filter(texts -> texts.values().stream().allMatch(HostileDocumentsTest::isWhole));
  }

  private static boolean isName(String name) {
    int length = name.codePointCount(0, name.length());
    return length >= 1 && length <= 128 && Documents.isPrintable(name);
  }

  private static SortedMap<String, String> texts(JsonNode tree) {
    SortedMap<String, String> texts = new TreeMap<>();
    tree.properties()
        .forEach(member ->
            texts.put(member.getKey(), Json.MAPPER.writeValueAsString(member.getValue())));
    return texts;
  }

  /** Half of a surrogate pair becomes a question mark in UTF-8. */
  private static boolean isWhole(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).equals(text);
  }

  private static void check(Runnable reading) {
    try {
      reading.run();
    } catch (ProblemException e) {
      assertThat(e.problem().status()).isEqualTo(HttpStatus.BAD_REQUEST);
    }
  }

  private static byte[] hostile(Random random) {
    byte[] sound = SOUND.get(random.nextInt(SOUND.size())).getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(5)) {
      case 0 -> noise(random);
      case 1 -> Arrays.copyOf(sound, random.nextInt(sound.length));
      case 2 -> "[{\"a\":".repeat(random.nextInt(3_000)).getBytes(StandardCharsets.UTF_8);
      case 3 -> spliced(sound, random);
      default -> hurt(sound, random);
    };
  }

  private static byte[] noise(Random random) {
    byte[] noise = new byte[random.nextInt(100)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] spliced(byte[] sound, Random random) {
    int at = random.nextInt(sound.length);
    int length = random.nextInt(sound.length - at);
    byte[] spliced = Arrays.copyOf(sound, sound.length + length);
    System.arraycopy(sound, at, spliced, sound.length, length);
    return spliced;
  }

  private static byte[] hurt(byte[] sound, Random random) {
    byte[] hurt = sound.clone();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      hurt[random.nextInt(hurt.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return hurt;
  }
}
