package dev.kintsugi.client;

import dev.kintsugi.client.domain.Target;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.core.NodeId;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whom a node that is not the owner takes for it, by its map.
 *
 * @param grant of the epoch under which that one owns the slot, or will
 * @param version of the node's map
 */
record OwnerHint(NodeId owner, long grant, MapVersion version) {

  /** A node id. */
  static final String OWNER = "Shard-Owner";

  /** A decimal number of 1 or greater. */
  static final String GRANT = "Shard-Owner-Grant";

  static final String MAP_VERSION = "Shard-Map-Version";

  /** What an answer says; empty where it says nothing, or nothing that can be read. */
  static Optional<OwnerHint> of(HttpHeaders headers) {
    Optional<String> owner = headers.firstValue(OWNER);
    Optional<String> grant = headers.firstValue(GRANT);
    Optional<String> version = headers.firstValue(MAP_VERSION);
    if (owner.isEmpty() || grant.isEmpty() || version.isEmpty()) {
      return Optional.empty();
    }
    try {
      long number = Long.parseLong(grant.get());
      return number < 1
          ? Optional.empty()
          : Optional.of(
              new OwnerHint(new NodeId(owner.get()), number, MapVersion.parse(version.get())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The owner with its address, which is never taken from an answer; empty if nobody knows it. */
  Optional<Target> target(Function<NodeId, Optional<MapNode>> known) {
    return known
        .apply(owner)
        .map(node -> new Target(node.id(), node.url(), node.incarnation(), grant));
  }
}
