package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.gateway.domain.AreaPosition;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problem;
import java.net.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A node's answer 200 about one area: content and position.
 *
 * @param mapVersion as the node printed it
 * @param stale whether the node could not prove that it is the newest
 */
record AreaAnswer(
    SlotId slot, AreaPosition position, String mapVersion, boolean stale, ObjectNode attributes) {

  /** Reads an answer; one that breaks the contract ends in 502. */
  static AreaAnswer read(ShardResponse response) {
    try {
      JsonNode body = Json.STORED.readTree(response.body());
      HttpHeaders headers = response.headers();
      SlotId slot = SlotId.parse(header(headers, Headers.SLOT));
      AreaPosition position =
          new AreaPosition(
              slot.number(),
              Epoch.parse(header(headers, Headers.EPOCH)),
              Long.parseLong(header(headers, Headers.OFFSET)),
              new ShardVersion(body.path("version").longValue()));
      if (!(body.get("attributes") instanceof ObjectNode attributes)) {
        throw new IllegalArgumentException("attributes are missing");
      }
      return new AreaAnswer(
          slot,
          position,
          header(headers, Headers.MAP_VERSION),
          Headers.isStale(response),
          attributes);
    } catch (JacksonException | IllegalArgumentException e) {
      throw Problem.refused(HttpStatus.BAD_GATEWAY, "A node answered what cannot be read.")
          .asException();
    }
  }

  private static String header(HttpHeaders headers, String name) {
    return headers
        .firstValue(name)
        .orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
  }

  /** The members of the area in answers about several: content, then the position. */
  ObjectNode toJson() {
    ObjectNode json = Json.STORED.createObjectNode();
    json.put("version", position.version().value());
    json.set("attributes", attributes);
    json.put("slot", slot.toString());
    json.put("epoch", position.epoch().toString());
    json.put("offset", position.offset());
    json.put("mapVersion", mapVersion);
    if (stale) {
      json.put("stale", true);
    }
    return json;
  }
}
