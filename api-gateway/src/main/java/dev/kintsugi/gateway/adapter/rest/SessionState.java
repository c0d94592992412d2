package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.kit.Json;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A session as one request finds it: its facts and the areas that were asked for.
 *
 * @param facts as its owner answered
 * @param stale whether nobody could prove that the session lives still
 * @param areas all that were asked for; version 0 and no attributes where nothing was written yet
 */
record SessionState(
    SessionId session, JsonNode facts, boolean stale, SortedMap<Area, AreaState> areas) {

  /**
   * One area.
   *
   * @param stale whether nobody could prove that nothing newer exists
   */
  record AreaState(ShardVersion version, ObjectNode attributes, boolean stale) {

    static AreaState neverWritten() {
      return new AreaState(ShardVersion.NONE, Json.STORED.createObjectNode(), false);
    }
  }

  SessionState(SessionId session, JsonNode facts, boolean stale, Map<Area, AreaState> areas) {
    this(session, facts, stale, Collections.unmodifiableSortedMap(new TreeMap<>(areas)));
  }

  /** The session's user; empty for one without. */
  Optional<String> user() {
    return text("userId");
  }

  /** The grant whose access token its requests carry. */
  Optional<String> grant() {
    return text("grantId");
  }

  private Optional<String> text(String member) {
    return Optional.of(facts.path(member).asString("")).filter(value -> !value.isEmpty());
  }

  /** The version that an area had, for {@code If-Match}. */
  ShardVersion version(Area area) {
    return Optional.ofNullable(areas.get(area)).map(AreaState::version).orElse(ShardVersion.NONE);
  }
}
