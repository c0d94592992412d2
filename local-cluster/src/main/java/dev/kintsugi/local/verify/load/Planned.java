package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.verify.check.Kind;

/**
 * A request to come.
 *
 * @param via 0: through the gateway; -1: straight from the node that is to be watched
 * @param session for {@link Kind#READ_FOREIGN} the one that is looked into
 * @param guarded with {@code If-Match}
 * @param keyed with the client's own {@code Idempotency-Key}
 * @param value of a write
 */
record Planned(
    long intendedNanos,
    Kind kind,
    int via,
    int session,
    int area,
    boolean guarded,
    boolean keyed,
    int value) {

  int shard() {
    return Areas.shard(session, area);
  }
}
