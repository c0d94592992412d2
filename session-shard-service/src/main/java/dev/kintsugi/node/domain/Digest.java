package dev.kintsugi.node.domain;

import dev.kintsugi.core.SessionId;
import java.time.Instant;
import java.util.Map;

/**
 * A 64-bit digest of the shards of a slot, kept up to date shard by shard: equal states have equal
 * digests, however they came about. It finds mistakes, not forgeries. Linear in the content of the
 * shard that changes.
 */
public final class Digest {
  /*
   * The digest of a slot is the sum of its shards' digests modulo 2^64, so that the order in which
   * shards came does not matter and one can be taken out again. Each is finished with the mixing
   * function of [1], variant 13.
   *
   * [1] Stafford, Better Bit Mixing: Improving on MurmurHash3's 64-bit Finalizer, 2011.
   */

  private Digest() {}

  /** The digest of some shards. */
  public static long of(Map<SessionId, Shard> shards) {
    long sum = 0;
    for (Map.Entry<SessionId, Shard> entry : shards.entrySet()) {
      sum += of(entry.getKey(), entry.getValue());
    }
    return sum;
  }

  /** What one shard contributes. */
  static long of(SessionId session, Shard shard) {
    long hash = mix(session.hashCode());
    hash = mix(hash + shard.version().value());
    hash = mix(hash + shard.application().value().hashCode());
    hash = mix(hash + shard.user().map(user -> user.value().hashCode()).orElse(0));
    for (Map.Entry<String, String> attribute : shard.content().attributes().entrySet()) {
      hash = mix(hash + attribute.getKey().hashCode());
      hash = mix(hash + attribute.getValue().hashCode());
    }
    for (AppliedRequest request : shard.requests()) {
      hash = mix(hash + request.key().high() + request.version().value());
    }
    hash = mix(hash + shard.facts().map(facts -> facts.state().name().hashCode()).orElse(0));
    return mix(hash + shard.endedAt().map(Instant::toEpochMilli).orElse(0L));
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
