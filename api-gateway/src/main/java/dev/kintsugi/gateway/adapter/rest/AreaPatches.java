package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an upstream wants changed, as it says in the header {@code Kintsugi-Patch} of its answer:
 * base64url (RFC 4648, padding or none) of
 *
 * <pre>{"areas": {"settings": {"ifMatch": "7", "patch": {…}}}}</pre>
 *
 * where {@code patch} is a merge patch of the area's attributes (RFC 7396), and {@code ifMatch},
 * which may be left out, is by default the version that the upstream was shown.
 */
final class AreaPatches {

  static final String HEADER = "Kintsugi-Patch";

  /**
   * What is to change in one area.
   *
   * @param body a merge patch; not to be changed
   */
  record AreaPatch(
      Optional<ShardVersion> ifMatch, @SuppressWarnings("ArrayRecordComponent") byte[] body) {}

  private AreaPatches() {}

  /**
   * Reads the header.
   *
   * @param allowed the areas that may be named
   * @param maxCharacters of the header
   * @throws IllegalArgumentException if it breaks a rule; nothing of it may be applied then
   */
  static SortedMap<Area, AreaPatch> parse(
      List<String> headers, Collection<Area> allowed, int maxCharacters) {
    if (headers.isEmpty()) {
      return new TreeMap<>();
    }
    if (headers.size() > 1) {
      throw new IllegalArgumentException("it stands more than once");
    }
    String text = headers.getFirst().strip();
    if (text.length() > maxCharacters) {
      throw new IllegalArgumentException("it is longer than " + maxCharacters + " characters");
    }
    JsonNode areas = members(decoded(text), List.of("areas")).get("areas");
    if (!(areas instanceof ObjectNode byName)) {
      throw new IllegalArgumentException("areas is not an object");
    }
    SortedMap<Area, AreaPatch> patches = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : byName.properties()) {
      Area area =
          allowed.stream()
              .filter(known -> known.value().equals(entry.getKey()))
              .findFirst()
              .orElseThrow(
                  () -> new IllegalArgumentException("it names an area that the route does not"));
      patches.put(area, patch(entry.getValue()));
    }
    return patches;
  }

  private static JsonNode decoded(String text) {
    byte[] json = Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1));
    try {
      return Json.read(json);
    } catch (ProblemException e) {
      throw new IllegalArgumentException("it is not sound JSON", e);
    }
  }

  private static AreaPatch patch(JsonNode node) {
    ObjectNode entry = members(node, List.of("ifMatch", "patch"));
    if (!(entry.get("patch") instanceof ObjectNode patch)) {
      throw new IllegalArgumentException("patch is not an object");
    }
    Optional<ShardVersion> version =
        Optional.ofNullable(entry.get("ifMatch")).map(AreaPatches::version);
    return new AreaPatch(version, Json.STORED.writeValueAsBytes(patch));
  }

  private static ShardVersion version(JsonNode node) {
    String text = node.isString() ? node.stringValue() : node.toString();
    if (!text.matches("0|[1-9][0-9]{0,17}")) {
      throw new IllegalArgumentException("ifMatch is not a version");
    }
    return new ShardVersion(Long.parseLong(text));
  }

  /** The node as an object without other members: a misspelt one must not be overlooked. */
  private static ObjectNode members(@Nullable JsonNode node, List<String> known) {
    if (!(node instanceof ObjectNode object)) {
      throw new IllegalArgumentException("it is not made of objects");
    }
    for (String name : object.propertyNames()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException("it has a member that is none of " + known);
      }
    }
    return object;
  }
}
