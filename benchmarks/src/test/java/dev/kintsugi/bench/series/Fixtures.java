package dev.kintsugi.bench.series;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kintsugi.kit.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Reference values that may not be part of the project; where they are missing, tests are skipped.
 */
final class Fixtures {

  private Fixtures() {}

  /**
   * A document in the directory shared/fixtures beside the project, or beside a directory above.
   */
  static JsonNode read(String name) {
    Path from = Path.of("").toAbsolutePath();
    for (Path at = from; at != null; at = at.getParent()) {
      Path file = at.resolveSibling("shared").resolve("fixtures").resolve(name);
      if (Files.isRegularFile(file)) {
        return Json.MAPPER.readTree(file);
      }
    }
    assumeTrue(
        false, "skipped: there is no shared/fixtures/" + name + " beside " + from + " or above it");
    throw new AssertionError("not reached");
  }

  /** An array of numbers. */
  static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
