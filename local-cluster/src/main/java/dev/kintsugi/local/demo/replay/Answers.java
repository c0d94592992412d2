package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.ledger.Found;
import dev.kintsugi.local.demo.plan.DemoArea;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the bodies and headers of the public API's answers. */
final class Answers {

  static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Pattern ETAG = Pattern.compile("(?:W/)?\"(\\d{1,18})\"");

  private Answers() {}

  /** The version that an ETag names; empty if it is none of ours. */
  static Optional<Long> version(Optional<String> etag) {
    return etag.map(ETAG::matcher).filter(Matcher::matches).map(m -> Long.parseLong(m.group(1)));
  }

  /** Whether a problem document says that a write may have happened. */
  static boolean outcomeIsUnknown(String body) {
    return tree(body).path("outcome").asString("").equals("unknown");
  }

  /** Whether an area of a rebuilt session is marked as possibly old. */
  static boolean hasStaleArea(String body) {
    return tree(body).path("areas").properties().stream()
        .anyMatch(area -> area.getValue().path("stale").booleanValue(false));
  }

  /** The areas of a rebuilt session that can be read; others are left out. */
  static Map<DemoArea, Found> areas(String body) {
    Map<DemoArea, Found> found = new EnumMap<>(DemoArea.class);
    tree(body)
        .path("areas")
        .properties()
        .forEach(entry ->
            DemoArea.named(entry.getKey())
                .filter(_ -> entry.getValue().path("version").isIntegralNumber())
                .ifPresent(area -> found.put(area, found(entry.getValue()))));
    return found;
  }

  private static Found found(JsonNode area) {
    Map<String, String> attributes = new HashMap<>();
    area.path("attributes")
        .properties()
        .forEach(attribute ->
            attributes.put(
                attribute.getKey(),
                attribute.getValue().isString()
                    ? attribute.getValue().stringValue()
                    : attribute.getValue().toString()));
    return new Found(area.path("version").longValue(), attributes);
  }

  /** The JSON of a body; a missing node if it is no JSON. */
  static JsonNode tree(String body) {
    try {
      return body.isBlank() ? JSON.missingNode() : JSON.readTree(body);
    } catch (JacksonException notJson) {
      return JSON.missingNode();
    }
  }
}
