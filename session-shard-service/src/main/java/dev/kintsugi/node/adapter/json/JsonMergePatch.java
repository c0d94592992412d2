package dev.kintsugi.node.adapter.json;

import dev.kintsugi.kit.Json;
import dev.kintsugi.node.domain.MergePatch;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@link MergePatch} by Jackson. Stateless; linear in both documents. */
public final class JsonMergePatch implements MergePatch {

  @Override
  public Optional<String> apply(Optional<String> current, String patch) {
    JsonNode change = Json.STORED.readTree(patch);
    if (change.isNull()) {
      return Optional.empty();
    }
    if (!change.isObject()) {
      return Optional.of(patch);
    }
    JsonNode target =
        current.map(Json.STORED::readTree).orElseGet(JsonNodeFactory.instance::objectNode);
    return Optional.of(Json.STORED.writeValueAsString(merged(target, change)));
  }

  /** The function MergePatch of RFC 7396, section 2. */
  private static JsonNode merged(JsonNode target, JsonNode patch) {
    if (!patch.isObject()) {
      return patch;
    }
    ObjectNode result =
        target instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
    patch
        .properties()
        .forEach(member -> {
          if (member.getValue().isNull()) {
            result.remove(member.getKey());
          } else {
            JsonNode before = result.path(member.getKey());
            result.set(member.getKey(), merged(before, member.getValue()));
          }
        });
    return result;
  }
}
