package dev.kintsugi.node.domain;

import dev.kintsugi.core.ShardVersion;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A request that has had its effect.
 *
 * @param version the version of the shard that it made
 * @param at when the owner built the record, by the owner's clock; to the millisecond
 */
public record AppliedRequest(RequestKey key, ShardVersion version, Instant at) {

  public AppliedRequest {
    at = at.truncatedTo(ChronoUnit.MILLIS);
  }
}
