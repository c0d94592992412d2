package dev.kintsugi.node.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.kit.Json;
import dev.kintsugi.node.domain.Content;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

class ShardJsonTest {

  private static final String CHARACTERS = "ab\"\\/\u0000\u001f\n\u007f é€\uD83D\uDE00{}:,";

  @Test
  void a_version_alone() {
    assertThat(ShardJson.version(new ShardVersion(7))).asString().isEqualTo("{\"version\":7}");
  }

  @Test
  void an_empty_shard() {
    assertThat(ShardJson.shard(ShardVersion.NONE, Content.EMPTY))
        .asString()
        .isEqualTo("{\"version\":0,\"attributes\":{}}");
  }

  /** Whatever a name holds, a reader of JSON finds it again, and every value as it was written. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void says_the_same_as_a_writer_of_trees(long seed) {
    Random random = new Random(seed);
    Map<String, String> attributes = new TreeMap<>();
    for (int count = random.nextInt(40); count > 0; count--) {
      attributes.put(text(random), Json.MAPPER.writeValueAsString(text(random)));
    }
    ObjectNode tree = Json.MAPPER.createObjectNode().put("version", seed);
    ObjectNode named = tree.putObject("attributes");
    attributes.forEach((name, value) -> named.putRawValue(name, new RawValue(value)));

    byte[] body = ShardJson.shard(new ShardVersion(seed), new Content(attributes));

    assertThat(Json.STORED.readTree(body))
        .isEqualTo(Json.STORED.readTree(Json.MAPPER.writeValueAsBytes(tree)));
    assertThat(new String(body, StandardCharsets.UTF_8)).contains(attributes.values());
  }

  private static String text(Random random) {
    int[] all = CHARACTERS.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    for (int length = 1 + random.nextInt(12); length > 0; length--) {
      text.appendCodePoint(all[random.nextInt(all.length)]);
    }
    return text.toString();
  }
}
