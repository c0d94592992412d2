package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.UserId;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problems;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of {@code POST /v1/sessions}, checked as far as the gateway can.
 *
 * @param user for whom the session is; empty where the body does not say
 */
record NewSession(Optional<UserId> user) {

  private static final List<String> DURATIONS = List.of("idleTimeout", "absoluteTimeout");

  /** Reads a body; anything of a wrong type ends in 400. */
  static NewSession read(byte[] bytes, Names names) {
    if (!(Json.read(bytes) instanceof ObjectNode body)) {
      throw malformed("The body must be one JSON object.");
    }
    checkAreas(body.get("areas"), names);
    DURATIONS.forEach(member -> checkDuration(member, body.get(member)));
    return new NewSession(text(body, "userId").map(names::user));
  }

  private static Optional<String> text(ObjectNode body, String member) {
    JsonNode value = body.get(member);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isString()) {
      throw malformed(member + " must be a string.");
    }
    return Optional.of(value.stringValue());
  }

  private static void checkAreas(@Nullable JsonNode areas, Names names) {
    if (areas == null || areas.isNull()) {
      return;
    }
    if (!(areas instanceof ObjectNode byName)) {
      throw malformed("areas must be an object of objects: {area: {attribute: value}}.");
    }
    for (Map.Entry<String, JsonNode> area : byName.properties()) {
      if (!names.isArea(area.getKey())) {
        throw malformed("areas names an area that this deployment does not have.");
      }
      if (!area.getValue().isObject()) {
        throw malformed("Each of areas must be an object of attributes.");
      }
    }
  }

  private static void checkDuration(String member, @Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return;
    }
    if (!value.isString() || !isPositiveDuration(value.stringValue())) {
      throw malformed(member + " must be a positive ISO 8601 duration such as \"PT30M\".");
    }
  }

  private static boolean isPositiveDuration(String text) {
    try {
      return Duration.parse(text).isPositive();
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static RuntimeException malformed(String detail) {
    return Problems.malformed(detail).asException();
  }
}
